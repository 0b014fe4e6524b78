"""Application of the api service."""
