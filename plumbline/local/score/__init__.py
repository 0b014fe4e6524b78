"""Batch scoring: a table in, the same table with the model's answers out."""
