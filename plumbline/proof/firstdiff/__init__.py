"""The first field in which two artifacts differ, by its name rather than by its offset."""

from collections.abc import Callable
from pathlib import Path

from plumbline.proof.firstdiff import graphs, objects, tables, texts

Comparison = Callable[[Path, Path], str | None]
_BY_SUFFIX: dict[str, Comparison] = {
    ".joblib": objects.difference,
    ".parquet": tables.difference,
    ".onnx": graphs.difference,
    ".json": texts.json_difference,
}


def first_difference(one: Path, other: Path) -> str | None:
    """Compare two artifacts of the same kind, which their suffix tells.

    Returns:
        Where they first differ and what stands there on either side; None if their bytes are equal.
    """
    if one.read_bytes() == other.read_bytes():
        return None
    compare = _BY_SUFFIX.get(one.suffix, texts.difference)
    return compare(one, other) or texts.difference(one, other)
