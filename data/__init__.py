"""The data room: from the warehouse to versioned, validated features."""
