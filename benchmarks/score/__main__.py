"""Measure how fast a folder is scored, and with how much memory, beside the bare scorer: python -m benchmarks.score."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.score.sampler import Sampler
from plumbline.bundle.contract import Contract
from plumbline.ingest import generate
from plumbline.kernel import contract, table
from plumbline.local import stack
from plumbline.local.score import rows, run
from services.predict.app import locations, model
from services.predict.app.locations import Location

_RESULTS = Path("benchmarks/score/results.md")
_FILES, _BARE_ROWS, _BARE_SECONDS = 8, 4000, 5.0
_HEAD = "| what | rows/s | of the bare scorer's | CPU µs/row | peak memory, MB |\n|---|--:|--:|--:|--:|\n"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of all files together")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="how many processes, one run each")
    arguments = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary, "rows")
        _generate(folder, arguments.rows)
        for workers in arguments.workers:
            speed, cpu = _bare(folder / "0.parquet")  # beside each run: a machine is not as fast at all times
            lines.append(_line("the bare scorer, one process", speed, speed, cpu, None))
            with Sampler() as sampler:
                found = run.score(str(folder), f"{temporary}/{workers}", stack.serving(stack.release()), workers)
            title = f"`plumb score`, {workers} process{'es' if workers > 1 else ''}"
            lines.append(_line(title, found.rows / found.seconds, speed, sampler.cpu / found.rows, sampler.peak))
    title = f"# {arguments.rows:,} rows in {_FILES} .parquet files\n\n"
    _RESULTS.write_text(title + _HEAD + "".join(lines))
    sys.stdout.write(f"{_RESULTS}\n")


def _generate(folder: Path, count: int) -> None:
    own, rules = table.read_text(Path("data/raw/training_data.tsv")), contract.read(Path("data/contract.yaml"))
    for number in range(_FILES):
        generate.generate(folder / f"{number}.parquet", count // _FILES, number, own, rules)


def _bare(path: Path) -> tuple[float, float]:
    """Give rows a second, and CPU seconds a row, of the native call alone: rows are decoded, answers not written."""
    released = stack.release()
    with locations.folder(Location(released["uri"], released["bundle_sha256"])) as folder:
        served = model.load(folder, released["bundle_sha256"], _BARE_ROWS, Path(released["public_key"]))
    wanted: Contract = served.contract
    with rows.opened_file(path, path.name, _BARE_ROWS) as opened:
        given = served.reader.read(rows.body(next(opened.parts), rows.places(opened, wanted)))
    scored, begin, cpu = 0, time.monotonic(), time.process_time()
    while time.monotonic() - begin < _BARE_SECONDS:
        served.scorer.score(given)
        scored += len(given)
    return scored / (time.monotonic() - begin), (time.process_time() - cpu) / scored


def _line(title: str, speed: float, bare: float, cpu: float, peak: int | None) -> str:
    memory = f"{peak / 1e6:,.0f}" if peak else ""
    return f"| {title} | {speed:,.0f} | {speed / bare:.3f} | {cpu * 1e6:,.1f} | {memory} |\n"


if __name__ == "__main__":
    main()
