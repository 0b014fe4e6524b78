"""The api's work on the store: what it writes, reads and deletes."""
