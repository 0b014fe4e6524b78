"""Two files that joblib wrote: by the objects' attributes, else by the pickle's opcodes."""

import pickletools
from pathlib import Path
from typing import Any

from joblib.numpy_pickle import NumpyUnpickler

from plumbline.kernel import canonical
from plumbline.proof.firstdiff import values

_NAMES: dict[str, str] = {opcode.code: opcode.name for opcode in pickletools.opcodes}


def difference(one: Path, other: Path) -> str | None:
    """Compare the objects, then the opcodes: equal objects can be stored in different ways."""
    found = values.walk(canonical.load(one), canonical.load(other))
    return found or _opcodes(one, other)


def _opcodes(one: Path, other: Path) -> str | None:
    traces = [trace(path) for path in (one, other)]
    for number, (left, right) in enumerate(zip(*traces, strict=False)):
        if left != right:
            return values.show(f"equal objects; opcode {number}", left, right)
    return (
        values.show("equal objects; number of opcodes", *map(len, traces)) if len(set(map(len, traces))) > 1 else None
    )


def trace(path: Path) -> list[tuple[str, str]]:
    """Give each opcode's name and what it leaves on top of the stack.

    `pickletools` alone cannot read what joblib writes, as the arrays' bytes stand between the opcodes.
    """
    steps: list[tuple[str, str]] = []
    with path.open("rb") as file:
        _Tracer(path, file, steps).load()
    return steps


class _Tracer(NumpyUnpickler):  # type: ignore[misc] # joblib has no types
    def __init__(self, path: Path, file: Any, steps: list[tuple[str, str]]) -> None:
        super().__init__(str(path), file, ensure_native_byte_order=False)
        # The unpickler looks its opcodes up here, one function for each byte.
        functions: dict[int, Any] = NumpyUnpickler.dispatch
        self.dispatch = {key: _traced(key, function, steps) for key, function in functions.items()}


def _traced(key: int, function: Any, steps: list[tuple[str, str]]) -> Any:
    name = _NAMES[chr(key)]

    def run(unpickler: Any) -> None:
        steps.append((name, ""))
        function(unpickler)  # the last one, STOP, does not return
        top = unpickler.stack[-1] if unpickler.stack else None
        plain = isinstance(top, str | bytes | int | float | bool | None)
        steps[-1] = (name, repr(top)[:80] if plain else type(top).__name__)

    return run
