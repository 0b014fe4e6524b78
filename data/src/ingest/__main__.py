"""Run one step of the data pipeline, or all of them: python -m data.src.ingest --help."""

import argparse
from pathlib import Path

from data.src.ingest import fetch, work
from tools import stage

_MIB = 1 << 20


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m data.src.ingest", description=__doc__)
    parser.add_argument("step", choices=["fetch"])
    parser.add_argument("--dataset-url", default="", help="path or URL (https, s3) of a .csv, .tsv or .parquet file")
    parser.add_argument("--limit", type=int, default=1024, help="greatest size of the data set, in MiB")
    parser.add_argument("--work", type=Path, default=Path(".plumbline/ingest"), help="the work folder")
    arguments = parser.parse_args()
    with work.locked(arguments.work) as folder:
        fetch.fetch(folder, arguments.dataset_url, arguments.limit * _MIB)


if __name__ == "__main__":
    stage.run(main)
