"""Types, array checks, errors and the registry; imports nothing else of ours."""
