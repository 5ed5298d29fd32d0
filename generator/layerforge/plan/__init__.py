"""A `Spec` to a `Plan`: defaults filled, rules across layers, one unit per artifact. Pure."""
