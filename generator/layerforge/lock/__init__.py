"""A `Plan` to the locked inputs of each unit. The only stage that resolves."""
