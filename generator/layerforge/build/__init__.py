"""A unit and its inputs to an `Artifact`: fetches by digest, assembles the ZIP."""
