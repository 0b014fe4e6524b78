"""Two JSON files by the path of a value; any other two files by line or byte."""

import json
from itertools import zip_longest
from pathlib import Path

from plumbline.proof.firstdiff import values


def json_difference(one: Path, other: Path) -> str | None:
    """Compare the documents; None if only their spelling differs."""
    try:
        return values.walk(json.loads(one.read_bytes()), json.loads(other.read_bytes()))
    except ValueError:
        return None


def difference(one: Path, other: Path) -> str | None:
    """Compare by line, or by byte if either file is not text."""
    contents = [path.read_bytes() for path in (one, other)]
    try:
        pairs = zip_longest(*(content.decode().split("\n") for content in contents))
        for number, (left, right) in enumerate(pairs, start=1):
            if left != right:
                return values.show(f"line {number}", left, right)
    except UnicodeDecodeError:
        for offset, (left, right) in enumerate(zip_longest(*contents)):
            if left != right:
                return values.show(f"byte {offset}", left, right)
    return None
