"""The model stages, one file a stage, and what they consist of."""
