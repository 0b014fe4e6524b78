"""What the data room's tests share with those of the ingestion."""

from plumbline.tests.ingest.conftest import room, rules

__all__ = ["room", "rules"]
