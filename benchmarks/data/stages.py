"""The data stages on a table, each a process of its own, and what it takes of time and memory."""

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from plumbline.kernel.errors import PlumblineError

ROOT = Path(__file__).parents[2]
_SCRIPTS = ROOT / "data/src"
_RAW = ("data/raw/training_data.tsv", "data/raw/evaluation_data.tsv")
STAGES: dict[str, tuple[str, ...]] = {
    "extract": ("-m", "plumbline.cli", "data", "extract"),
    "validate": (f"{_SCRIPTS}/validate.py", *_RAW, "--output", "data/processed/validation.json"),
    "preprocess": (f"{_SCRIPTS}/preprocess.py", "--seed", "42", "--output", "data/preprocessor.joblib"),
    "featurize": (f"{_SCRIPTS}/featurize.py", "--output", "data/features"),
}


@dataclass(frozen=True)
class Cost:
    """What a stage took: seconds by the clock and of CPU time, and the most memory at once (RSS) in bytes."""

    seconds: float
    cpu: float
    peak: int


def prepare(folder: Path, table: Path, contract: str) -> None:
    """Make a folder in which the stages read `table`, a .parquet file, by a contract."""
    (folder / "data").mkdir()
    (folder / "data/contract.yaml").write_text(contract)
    (folder / "plumbline.toml").write_bytes((ROOT / "plumbline.toml").read_bytes())
    extract = {
        "connection": str(table),
        "dataset": "generated",
        "table": table.stem,
        "query": f'select * from "{table.stem}"',  # noqa: S608
        "parameters": {},
        "training": _RAW[0],
        "evaluation": _RAW[1],
        "evaluation_percent": 20,
        "salt": "standard-evaluation-set",
    }
    (folder / "data/params.yaml").write_text(yaml.safe_dump({"extract": extract}))


def run(stage: str, folder: Path, environment: dict[str, str]) -> Cost:
    """Run a stage in a folder that `prepare` made.

    The kernel counts what was there before a program began as the program's own, so that this runs between two programs
    as small as a third: python -m benchmarks.data.stages.

    Raises:
        PlumblineError: The stage failed.
    """
    words = [sys.executable, "-m", "benchmarks.data.stages", sys.executable, *STAGES[stage]]
    done = subprocess.run(
        words, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PlumblineError(f"{stage} failed: {done.stderr[-2000:]}")
    seconds, cpu, peak = done.stdout.splitlines()[-1].split()
    return Cost(float(seconds), float(cpu), int(peak))


def main() -> int:
    """Run the program that the arguments name, and print what it took."""
    begin = time.monotonic()
    code = subprocess.run(sys.argv[1:], stdout=sys.stderr, check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(f"{time.monotonic() - begin:.2f} {used.ru_utime + used.ru_stime:.2f} {used.ru_maxrss * 1024}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
