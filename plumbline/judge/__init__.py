"""Whether a model may be merged, made official and promoted."""
