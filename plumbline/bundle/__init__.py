"""The format of a bundle (docs/bundle.md), written once: what the pipeline writes and what a service reads.

Services carry this package and nothing else of the machinery: it imports msgspec and cryptography, and nothing of ours.
"""

SCHEMA_VERSION = 1  # of every file of a bundle


class BundleError(Exception):
    """The bundle cannot be used; the message says why."""
