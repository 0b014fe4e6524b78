"""Batch scoring, with the service's own code and real bundles."""
