"""Application of the predict service."""
