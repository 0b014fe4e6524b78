"""The format of a bundle (docs/bundle.md), written once: what the pipeline writes and what a service reads.

Services carry this package and nothing else of the machinery: it imports msgspec and cryptography, and nothing of ours.
"""

SCHEMA_VERSION = 2  # of every file that is written
READ_VERSIONS = (1, 2)  # what an earlier release wrote is served on


class BundleError(Exception):
    """The bundle cannot be used; the message says why."""
