"""Serialization whose bytes depend on the object's value alone."""

from pathlib import Path
from typing import Any

import joblib
import numpy as np
from joblib.numpy_pickle import NumpyPickler

from plumbline.kernel.files import whole


class _CanonicalPickler(NumpyPickler):  # type: ignore[misc] # joblib has no types
    """Pickles equal strings, bytes and dtypes as one object.

    A pickle refers back to an object that it has seen by identity. Two equal strings are one object or two depending on
    how they came to be, so that loading and dumping again would change the bytes.
    """

    def __init__(self, file: Any) -> None:
        super().__init__(file, protocol=5)
        self._seen: dict[tuple[type, Any], Any] = {}

    def save(self, obj: Any, *args: Any, **kwargs: Any) -> None:
        if type(obj) in (str, bytes) or isinstance(obj, np.dtype):
            obj = self._seen.setdefault((type(obj), obj), obj)
        super().save(obj, *args, **kwargs)


def dump(obj: object, path: Path) -> None:
    """Write `obj` so that `joblib.load` reads it and equal objects give equal bytes."""
    with whole(path) as partial, partial.open("wb") as file:
        _CanonicalPickler(file).dump(obj)


def load(path: Path) -> Any:
    """Read what `dump` wrote. Only for files that this repository's pipeline made: a pickle can run code."""
    return joblib.load(path)
