"""The repository's own helpers, shared by the rooms that build; the services do not use them."""
