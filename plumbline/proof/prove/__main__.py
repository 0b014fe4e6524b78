"""Rebuild everything under other circumstances each time, and compare every byte."""

import platform
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.proof import hashes
from plumbline.proof.firstdiff import first_difference
from plumbline.proof.prove.rebuild import ROOT, artifacts, rebuild
from plumbline.proof.prove.variants import EMULATED, VARIANTS, Variant

_SIDE_BY_SIDE = 2  # rebuilds at a time


def disagreements(clones: list[Path]) -> list[str]:
    """Compare the artifacts of the clones with those of the first.

    Returns:
        For each artifact that differs anywhere: its path, how many clones differ, and the first differing field.
    """
    found = [artifacts(clone) for clone in clones]
    lines = []
    for path in dict.fromkeys(path for known in found for path in known):
        others = [i for i, known in enumerate(found) if known.get(path) != found[0].get(path)]
        if others:
            pair = [clones[0] / path, clones[others[0]] / path]
            both = all(item.exists() for item in pair)
            field = first_difference(*pair) if both else "it is not there in each of them"
            lines.append(f"{path} differs in {len(others)} of {len(clones)} rebuilds, first at {field}")
    return lines


def emulated(console: Console) -> tuple[Variant, ...]:
    """Give the rebuild on another CPU, or say why there is none.

    Raises:
        PlumblineError: There is none, and `PLUMBLINE_REQUIRE_TOOLS` is true.
    """
    if shutil.which("qemu-x86_64") and platform.machine() == "x86_64":
        return (EMULATED,)
    why = "not rebuilt on another CPU: that takes an x86-64 machine and qemu-x86_64 (apt-get install qemu-user)"
    if settings().require_tools:
        raise PlumblineError(why)
    console.print(why)
    return ()


def main(*, builds: int = len(VARIANTS), emulate: bool = False, target: str | None = None) -> None:
    """Rebuild everything under other circumstances, and compare every byte.

    Args:
        builds: How many rebuilds.
        emulate: One more on another CPU, by qemu-x86_64.
        target: Run this stage only.

    Raises:
        PlumblineError: Two rebuilds differ, or they are not what git names.
    """
    variants = VARIANTS[:builds]
    console = Console(width=160, highlight=False)
    if emulate:
        variants = (variants[0], *emulated(console), *variants[1:])  # the slowest is not left to the end
    expected = "" if target else hashes.read(ROOT)  # before anything is built
    with tempfile.TemporaryDirectory(prefix="plumbline-proof-") as name:

        def build(variant: Variant) -> Path:
            begin = time.monotonic()
            clone = rebuild(Path(name), variant, target)
            console.print(f"rebuilt {variant.path[:20]!r} in {time.monotonic() - begin:.0f} s")
            return clone

        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            clones = list(pool.map(build, variants))
        differing = disagreements(clones)
        _show(console, variants, clones)
        if differing:
            raise PlumblineError("\n  ".join(["the same commit gave different bytes:", *differing]))
        if not target:
            (clones[0] / hashes.EXPECTED).write_text(expected)
            count, _ = hashes.verify(clones[0])
            console.print(f"{len(clones)} rebuilds agree on every byte of {count} artifacts, which git names")


def _show(console: Console, variants: tuple[Variant, ...], clones: list[Path]) -> None:
    names = [field.name for field in fields(Variant)]
    result = Table(*names, Column("manifest", no_wrap=True), title="What was varied", title_justify="left")
    for variant, clone in zip(variants, clones, strict=True):
        values = [oct(variant.umask) if name == "umask" else str(getattr(variant, name))[:22] for name in names]
        known = artifacts(clone)
        result.add_row(*values, known.get(f"{hashes.BUNDLE}/manifest.json", next(iter(known.values())))[:10])
    console.print(result)
