"""DVC's quirks in one room: what its lock, its cache and its remote leave unsaid."""
