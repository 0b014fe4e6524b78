"""The proof that the same commit gives the same bytes, and that each fault is caught."""
