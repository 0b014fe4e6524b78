"""Faults under load: what is broken on purpose, and what must hold meanwhile."""
