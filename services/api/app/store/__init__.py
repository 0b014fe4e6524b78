"""Where predictions, actuals and keys are kept: SQLite by default, PostgreSQL by URL."""
