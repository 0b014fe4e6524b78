"""Break the services under load and print what happened: python -m tests.acceptance.chaos."""

import argparse
import itertools
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.common.tests import toy
from services.common.tests.running import Running, workers
from tests.acceptance.chaos.faults import FAULTS, Fault, Pair
from tests.acceptance.chaos.load import Load

_CLIENTS = 8
_RECOVERY = 15.0  # seconds within which requests must be answered again
_GROWTH = 40  # megabytes that a worker may grow by, caches included
_HEAD = f"{'fault':26} {'answered':>9} {'refused':>8} {'lost':>6} {'longest gap s':>14} {'memory MB':>12}  promises\n"


@dataclass
class Outcome:
    """What a fault led to; `broken` names the promises that did not hold."""

    name: str
    answered: int
    refused: int
    lost: int
    gap: float
    memory: str
    broken: list[str]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long a fault lasts")
    seconds = parser.parse_args().seconds
    outcomes = []
    sys.stdout.write(_HEAD)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sha256 = toy.build(folder / "bundle", toy.PLANTS)
        store = folder / "store.db"
        with (
            Running("predict", folder / "predict.log", bundle_uri=folder / "bundle",
                    bundle_sha256=sha256, workers=1) as predict,
            Running("api", folder / "api.log", predict_url=predict.url, predict_seconds=1,
                    store_url=f"sqlite:///{store}", store_seconds=1, require_key="false",
                    requests_per_minute=10**7, log_requests="false") as api,
        ):  # fmt: skip
            pair = Pair(predict, api, store)
            for name, fault in FAULTS.items():
                outcomes.append(_try(pair, name, fault, seconds))
                _print(outcomes[-1])
    if any(outcome.broken for outcome in outcomes):
        sys.exit("error: a promise was broken")


def _try(pair: Pair, name: str, fault: Fault, seconds: float) -> Outcome:
    before = _memory(pair)
    broken = []
    with Load(pair.api.url, toy.row(toy.PLANTS), _CLIENTS) as load:
        time.sleep(1)
        begun = time.monotonic()
        fault(pair, seconds)
        mended = time.monotonic()
        count = len(load.answers)
        while len(load.answers) < count + 100 and time.monotonic() < mended + _RECOVERY:
            time.sleep(0.05)
        if len(load.answers) < count + 100:
            broken.append("no recovery")
        time.sleep(0.5)
    pair.api.wait("/readyz")
    after = _memory(pair)
    if after > before + _GROWTH:
        broken.append("memory grows")
    if load.faults:
        broken.append(f"{len(load.faults)} other answers, first {load.faults[0]}")
    broken += _compare(pair, load)
    times = [begun, *sorted(moment for moment in load.times if moment > begun)]
    gap = max(later - earlier for earlier, later in itertools.pairwise(times))
    memory = f"{before:.0f} to {after:.0f}"
    return Outcome(name, len(load.answers), load.refusals, load.losses, gap, memory, broken)


def _compare(pair: Pair, load: Load) -> list[str]:
    """Hold the answers against the store, and against what a repetition is answered."""
    broken = []
    with sqlite3.connect(pair.store) as database:
        stored = dict(database.execute("SELECT id, prediction FROM predictions"))
    if any(stored.get(identifier) != value for identifier, value in load.answers.values()):
        broken.append("an answer is not in the store")
    with httpx.Client(timeout=10) as client:
        for key, answer in list(load.answers.items())[:: max(1, len(load.answers) // 50)]:
            end, again = time.monotonic() + _RECOVERY, load.repeat(client, key)
            while again is None and time.monotonic() < end:  # refused or lost, and free to be asked again
                again = load.repeat(client, key)
            if again != answer:
                broken.append("a repetition was answered differently")
                break
    return broken


def _memory(pair: Pair) -> float:
    """Give the largest worker's resident memory in megabytes."""
    found = [*workers(pair.api), *workers(pair.predict)]
    return max(float(item.memory_info().rss) for item in found) / 1e6


def _print(outcome: Outcome) -> None:
    held = "; ".join(outcome.broken) or "held"
    sys.stdout.write(
        f"{outcome.name:26} {outcome.answered:9} {outcome.refused:8} {outcome.lost:6} "
        f"{outcome.gap:14.2f} {outcome.memory:>12}  {held}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
