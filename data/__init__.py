"""The data room: from versioned raw data to validated features."""
