"""The data stages, one file a stage."""
