"""One rebuild from the warehouse to the bundle, in a copy of its own, under the circumstances of a variant."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import duckdb

from plumbline.kernel import hashing, runtime
from plumbline.kernel.errors import PlumblineError
from plumbline.proof import hashes, worktree
from plumbline.proof.prove.variants import Variant

ROOT = Path(__file__).parents[3]
_CLOCK = "plumbline/proof/prove/clock"
_WAREHOUSE = Path(".plumbline/warehouse.duckdb")


def rebuild(folder: Path, variant: Variant, target: str | None = None) -> Path:
    """Rebuild everything without any cache.

    Args:
        folder: The proof's folder.
        variant: The circumstances.
        target: The last stage to run; all of them by default.

    Returns:
        The copy in which the artifacts lie.

    Raises:
        PlumblineError: A step failed; the message holds the end of its output.
    """
    clone = worktree.copy(ROOT, folder / "clones" / variant.path)
    directory = folder / "directories" / variant.directory
    directory.mkdir(parents=True, exist_ok=True)
    if variant.cpu:
        _emulate(clone.with_name("cpu"), variant.cpu)
    for path in clone.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            os.utime(path, (variant.mtime, variant.mtime))
    _run(clone, clone, variant, "-m", "plumbline.cli", "data", "warehouse")
    _shuffle(clone / _WAREHOUSE, variant.order)
    _run(clone, clone, variant, "-m", "plumbline.cli", "data", "extract")
    names = ["training_data.tsv", "evaluation_data.tsv"]
    _run(clone, directory, variant, "-m", "dvc", "--cd", str(clone), "add", *(f"data/raw/{name}" for name in names))
    stages = [target] if target else []
    _run(clone, directory, variant, "-m", "dvc", "--cd", str(clone), "repro", "--no-run-cache", "--force", *stages)
    return clone


def _emulate(folder: Path, cpu: str) -> None:
    """Make a folder whose `python` is this one on another CPU."""
    folder.mkdir()
    program = folder / "python"
    program.write_text(f'#!/bin/sh\nexec qemu-x86_64 -cpu {cpu} {shlex.quote(sys.executable)} "$@"\n')
    program.chmod(0o755)


def artifacts(clone: Path) -> dict[str, str]:
    """Give the sha256 of every artifact of a rebuild, and of the data that it was made from."""
    raw = {f"data/raw/{path.name}": hashing.digest(path) for path in sorted(clone.glob("data/raw/*.tsv"))}
    return raw | hashes.actual(clone).hashes


def _shuffle(database: Path, seed: int) -> None:
    """Give the warehouse's rows another order, and so the answers to queries that name none."""
    if not seed:
        return
    with duckdb.connect(database) as connection:
        for (table,) in connection.execute("select table_name from duckdb_tables()").fetchall():
            order = f"hash(rowid::varchar || '-{seed}')"
            connection.execute(f'create or replace table "{table}" as select * from "{table}" order by {order}')  # noqa: S608


def _run(clone: Path, directory: Path, variant: Variant, *arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PLUMBLINE_"))}
    pythons = clone.with_name("cpu") if variant.cpu else Path(sys.executable).parent
    environment |= {
        "PYTHONPATH": f"{clone}:{clone / _CLOCK}",
        "PATH": f"{pythons}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONHASHSEED": variant.hash_seed,
        "OMP_NUM_THREADS": str(variant.threads),
        "OPENBLAS_NUM_THREADS": str(variant.threads),
        "MKL_NUM_THREADS": str(variant.threads),
        "OPENBLAS_CORETYPE": variant.core,
        "NPY_DISABLE_CPU_FEATURES": runtime.pinned()["NPY_DISABLE_CPU_FEATURES"] if variant.cpu else "",
        "TZ": variant.zone,
        "LC_ALL": variant.locale,
        "PROOF_CLOCK": variant.clock,
        "PLUMBLINE_PART_ROWS": str(variant.part_rows),
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=environment,
        umask=variant.umask,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        output = (done.stdout + done.stderr)[-3000:]
        raise PlumblineError(f"the rebuild in {clone} failed at `{' '.join(arguments)}`:\n{output}")
