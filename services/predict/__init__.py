"""The service that answers with the model: one bundle, verified, and scored in one call."""
