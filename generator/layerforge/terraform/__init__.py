"""Runs the real Terraform over emitted modules."""
