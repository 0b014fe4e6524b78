"""The endpoints, one concern a file."""
