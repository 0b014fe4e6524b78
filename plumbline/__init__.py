"""The machinery: what the rooms are built on, and what carries their work to a cluster."""
