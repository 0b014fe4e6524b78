"""Programs that the machinery may not import, for they belong to a room: started as processes of their own."""

import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from plumbline.kernel.errors import PlumblineError
from plumbline.local import environments, stack

_PEERS = Path("benchmarks/serving/peers")
Options = Annotated[str, Parameter(allow_leading_hyphen=True, show=False)]


def _start(module: str, *words: str, **variables: str) -> int:
    return subprocess.run([sys.executable, "-m", module, *words], env=os.environ | variables, check=False).returncode


def create_key(
    name: str,
    /,
    *,
    scopes: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
    requests_per_minute: int | None = None,
) -> int:
    """Make an API key and show it once.

    Args:
        name: Who or what uses it.
        scopes: What it may do; read and predict if none is said.
        requests_per_minute: Its limit, instead of the service's.
    """
    words = ["--name", name]
    words += ["--scopes", *scopes] if scopes else []
    words += ["--requests-per-minute", str(requests_per_minute)] if requests_per_minute else []
    return _start("services.api.app.keys", "create", *words)


def list_keys() -> int:
    """List the API keys, never their secrets."""
    return _start("services.api.app.keys", "list")


def revoke_key(identifier: str, /) -> int:
    """Refuse an API key from now on.

    Args:
        identifier: Of the key, as the list has it.
    """
    return _start("services.api.app.keys", "revoke", identifier)


def monitor(*, since: datetime | None = None, until: datetime | None = None) -> int:
    """Look at what the services have served: drift, errors, quality; exit code 3 says that something is wrong.

    Args:
        since: Beginning of the window; MONITOR_WINDOW_DAYS before its end if not said.
        until: Its end; the next full hour if not said.
    """
    released = stack.release()
    bundle = {"MONITOR_BUNDLE_URI": released["uri"], "MONITOR_BUNDLE_SHA256": released["bundle_sha256"]}
    words = [
        word
        for name, moment in (("since", since), ("until", until))
        if moment
        for word in (f"--{name}", moment.isoformat())
    ]
    return _start("services.monitor.app", *words, **bundle)


def bench_serving(*, rounds: int = 5, seconds: int = 1, without_peers: bool = False) -> int:
    """Compare the services with their peers, side by side: benchmarks/serving/results.

    Args:
        rounds: How often each is asked.
        seconds: Of one slice.
        without_peers: Leave MLServer and BentoML out.

    Raises:
        PlumblineError: wrk, nginx or taskset is not installed.
    """
    for tool in ("wrk", "nginx", "taskset"):
        if not shutil.which(tool):
            raise PlumblineError(f"{tool} is not installed: the benchmark measures with it")
    words = ["--rounds", str(rounds), "--seconds", str(seconds)]
    if without_peers:
        words.append("--without-peers")
    else:
        for peer in ("mlserver", "bentoml"):
            environments.sync(peer, _PEERS / f"{peer}.txt")
    return _start("benchmarks.serving", *words)


def bench_monitor(*, undrifted: int = 300, planted: int = 100) -> int:
    """Measure the monitor's false alarms and what it finds, on the data of the pipeline: benchmarks/monitor/results.md.

    Args:
        undrifted: Windows of each size without a drift.
        planted: Windows of each size and drift.
    """
    return _start("benchmarks.monitor", "--undrifted", str(undrifted), "--planted", str(planted))


def bench_score(*, rows: int = 1_000_000) -> int:
    """Measure how fast a folder of made-up rows is scored, and in what memory: benchmarks/score/results.md.

    Args:
        rows: Of all files together.
    """
    return _start("benchmarks.score", "--rows", str(rows))


def bench_data(*, most: int = 1_000_000) -> int:
    """Measure the data stages on made-up rows, ten thousand and each tenfold of it; it prints a table.

    Args:
        most: Rows of the largest table.
    """
    return _start("benchmarks.data", "--most", str(most))


def bench_loop(*, runs: int = 3) -> int:
    """Measure what a person waits for again and again, beside its goal; it prints two tables.

    Args:
        runs: Of which the median counts.
    """
    return _start("benchmarks.loop", "--runs", str(runs))


def chaos(*, seconds: float = 3.0) -> int:
    """Break the services under load and print what happened.

    Args:
        seconds: How long a fault lasts.
    """
    return _start("tests.acceptance.chaos", "--seconds", str(seconds))


def fuzz(*, seconds: int = 60) -> int:
    """Feed the decoder of rows with what a fuzzer invents.

    Args:
        seconds: How long.
    """
    return _start("services.common.tests.fuzz_rows", f"-max_total_time={seconds}")


def cluster(*, mesh: bool = False, keep: bool = False) -> int:
    """From a commit to pods and back, on the cluster of KUBECONFIG, with Argo CD and Argo Rollouts in it.

    Args:
        mesh: In Istio's mesh, with the overlay of staging.
        keep: Leave clone and cluster as they are, to look at.
    """
    return _start("tests.acceptance.cluster", *(["--mesh"] if mesh else []), *(["--keep"] if keep else []))


def compose() -> int:
    """Start the services of compose.yaml, price, take predict away, drift, and wait for the alert and its answer.

    Needs `make images`, `plumb images compose-env`, and docker compose or podman-compose.
    """
    return _start("tests.acceptance.compose")


def adoption(*tasks: str, only: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = ()) -> int:
    """Adopt a table of each task and play all that a clone must pass, in temporary clones.

    Args:
        tasks: Those to play; all if none is said.
        only: The steps to play after the demo; all if none is said.
    """
    return _start("tests.acceptance.adoption", *tasks, *(["--only", *only] if only else []))


def everyday(*cases: str) -> int:
    """Play what happens to clones every day, in fresh ones; exit code 1 says that something is wrong.

    Args:
        cases: Names of those to play; all if none is said.
    """
    return _start("tests.acceptance.everyday", *cases)


def week() -> int:
    """Play the week of a team, each step killed and repeated; exit code 1 says that something is wrong."""
    return _start("tests.acceptance.week")


def workflows(
    *names: Literal["service-pipeline.yml", "data-pipeline.yml", "model-pipeline.yml", "main.yml", "ci.yml"],
    tests: str = "",
    python: Annotated[tuple[str, ...], Parameter(consume_multiple=True)] = (),
) -> int:
    """Run the workflows here, by act, for a change of each folder.

    Args:
        names: Of the workflows' files; all if none is said.
        tests: Let pytest run only the tests whose names match this expression.
        python: Only these of the versions of Python.
    """
    words = ["--workflow", *names] if names else []
    words += ["--tests", tests] if tests else []
    words += ["--python", *python] if python else []
    return _start("tests.acceptance.act", *words)
