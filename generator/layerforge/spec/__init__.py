"""YAML text to a validated `Spec`; every problem of a file at once, with its place."""
