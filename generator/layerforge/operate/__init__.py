"""The fleet at AWS, looked after: facts are read, compared with the spec and the lock, and changed when asked to."""
