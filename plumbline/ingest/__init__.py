"""From a warehouse, a file or a URL to a version of the raw data that git names."""
