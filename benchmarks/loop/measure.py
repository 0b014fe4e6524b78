"""CPU seconds of commands: user and system time of the whole tree of processes."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_FITS = """
import time
from pathlib import Path
from model.src import features, train
from plumbline.kernel import contract
from plumbline.kernel.config import section
rules = contract.read(Path("data/contract.yaml"))
parameters = section(train.Parameters, Path("model/params.yaml"), "train")
data = features.read(Path("data/features/train.parquet"), rules)
began = time.process_time()
train.train(data, parameters, rules)
print(time.process_time() - began)
"""


class Spent(NamedTuple):
    """What a command took, in seconds."""

    cpu: float
    wall: float


def command(words: Sequence[str], runs: int) -> Spent:
    """Run a command some times; give the medians.

    Raises:
        RuntimeError: It failed.
    """
    found = [_once(words) for _ in range(runs)]
    return Spent(statistics.median(item.cpu for item in found), statistics.median(item.wall for item in found))


def fits(runs: int) -> float:
    """Give the median CPU seconds of the fits of `train`: folds and the final ones, of estimator and spread.

    The other stages fit the preprocessor alone, in a few hundredths of a second.
    """
    # The root of the clone, where this runs, is on the path of `-c`.
    said = [
        subprocess.run([sys.executable, "-c", _FITS], capture_output=True, text=True, check=True) for _ in range(runs)
    ]
    return statistics.median(float(done.stdout) for done in said)


def module(name: str, runs: int) -> float:
    """Give the median CPU seconds of a program that does nothing but import a module."""
    return command([sys.executable, "-c", f"import {name}"], runs).cpu


def _once(words: Sequence[str]) -> Spent:
    before, began = _children(), time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"`{' '.join(words)}` failed in {Path.cwd()}:\n{done.stdout}{done.stderr}")
    return Spent(_children() - before, time.monotonic() - began)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
