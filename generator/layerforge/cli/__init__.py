"""Arguments to an exit code: parse, call the stages, report."""
