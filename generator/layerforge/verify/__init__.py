"""Judges built artifacts against limits and policy data."""
