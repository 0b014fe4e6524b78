"""Measure the data stages at size, beside one another: python -m benchmarks.data."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.data import stages
from plumbline.ingest import generate
from plumbline.kernel import contract, table

_CONTRACT = Path("data/contract.yaml")
_LEAST = 10_000
_HEAD = "| rows | stage | s | CPU s | CPU µs/row | peak memory, MB |\n|--:|---|--:|--:|--:|--:|\n"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000, help="rows of the largest table")
    arguments = parser.parse_args()
    own, rules = table.read_text(Path("data/raw/training_data.tsv")), contract.read(_CONTRACT)
    sys.stdout.write(_HEAD)
    count = _LEAST
    while count <= arguments.most:
        with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
            folder = Path(temporary)
            generate.generate(folder / "rows.parquet", count, 1, own, rules)
            stages.prepare(folder, folder / "rows.parquet", _CONTRACT.read_text())
            for stage in stages.STAGES:
                cost = stages.run(stage, folder, dict(os.environ))
                per_row = cost.cpu / count * 1e6
                sys.stdout.write(
                    f"| {count:,} | {stage} | {cost.seconds:,.1f} | {cost.cpu:,.1f} | {per_row:,.1f} |"
                    f" {cost.peak / 1e6:,.0f} |\n"
                )
                sys.stdout.flush()
        count *= 10


if __name__ == "__main__":
    main()
