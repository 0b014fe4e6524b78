"""A table that nobody prepared, and all that a clone must pass which has taken it as its own."""
