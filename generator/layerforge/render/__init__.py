"""A `Plan` and its lock to the texts of the modules. Pure."""
