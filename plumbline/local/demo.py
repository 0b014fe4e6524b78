"""The main job end to end: from the warehouse to one priced row, with a time for each step."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from plumbline.kernel import git, jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local import processes, stack

_TAIL = 30  # lines of a failed step's output that are shown
_PLUMB = (sys.executable, "-m", "plumbline.cli")
_EXPECTED = Path("expected_hashes.txt")
_SAMPLE = Path(".plumbline/sample.json")


@dataclass
class Demo:
    """Runs steps one after the other, says which one runs, and keeps their times in seconds."""

    console: Console
    times: dict[str, float] = field(default_factory=dict)

    def step(self, title: str, action: Callable[[], Any]) -> Any:
        """Run `action` as the step `title`."""
        self.console.print(f"[bold]{title}[/bold]")
        begin = time.monotonic()
        result = action()
        self.times[title] = time.monotonic() - begin
        return result

    def run(self, *command: str) -> None:
        """Run a command, showing which of the pipeline's stages it is at.

        Raises:
            PlumblineError: It failed; the message holds the end of its output.
        """
        tail: deque[str] = deque(maxlen=_TAIL)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
            for line in child.stdout or ():
                tail.append(line)
                if line.startswith("Running stage"):
                    self.console.print(f"  {line.strip().removesuffix(':')}", highlight=False)
        if child.returncode:
            raise PlumblineError(f"`{' '.join(command)}` failed:\n{''.join(tail)}")


def main() -> None:
    """Do the main job end to end: warehouse to a served prediction, with lineage and times."""
    console = Console(highlight=False)
    demo = Demo(console)
    demo.step("warehouse, extract, dvc add, dvc push", lambda: demo.run("make", "data"))
    demo.step("dvc repro", lambda: demo.run("make", "pipeline"))
    if not _EXPECTED.exists():  # the first build of a house: the next ones are compared with it
        demo.step(f"write {_EXPECTED}", lambda: demo.run(*_PLUMB, "hashes", "--update"))
    demo.step("register in MLflow, release the bundle", lambda: demo.run(*_PLUMB, "release", "register"))
    demo.step("dvc push", lambda: demo.run("dvc", "push"))
    demo.run(*_PLUMB, "data", "sample", "--output", str(_SAMPLE))
    programs = stack.services(*free_ports(), prefix="demo-")
    try:
        demo.step("predict and api ready", lambda: processes.start_all(programs))
        sample = jsonfile.read(_SAMPLE)
        url = programs[-1].ready.replace("/readyz", "/v1/predictions")
        answer = demo.step("one row asked for", lambda: _post(url, {"input": sample["input"]}, stack.key("demo")))
    finally:
        demo.step("shut down", lambda: [processes.stop(program.name) for program in reversed(programs)])
    _show(console, demo.times, sample, answer)


def free_ports() -> tuple[int, int]:
    """Give two ports of the loopback that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _post(url: str, body: object, key: str) -> Any:
    headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    request = urllib.request.Request(url, jsonfile.dumps(body), headers)  # noqa: S310 - a URL of our own
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise PlumblineError(f"{url} answered {error.code}: {error.read().decode(errors='replace')}") from None


def _show(console: Console, times: dict[str, float], sample: dict[str, Any], answer: dict[str, Any]) -> None:
    result = Table("", Column("value", overflow="fold"), title="A row that training has not seen", title_justify="left")
    model, lineage = answer["model"], answer["lineage"]
    rows = {
        "row": ", ".join(f"{name} {value}" for name, value in sample["identifier"].items()),
        **_said(answer),
        "actual": _shown(sample["actual"]),
        "model": f"{model['name']} version {model['version']}",
        "bundle sha256": model["bundle_sha256"],
        "git commit": git.described(lineage["git_commit"], lineage["git_dirty"]),
    }
    rows |= {f"md5 of {path}": data["md5"] for path, data in lineage["data"].items()}
    for name, value in rows.items():
        result.add_row(name, str(value))
    seconds = Table("step", "seconds", title="Times", title_justify="left")
    for title, spent in times.items():
        seconds.add_row(title, f"{spent:.1f}")
    seconds.add_row("all", f"{sum(times.values()):.1f}")
    console.print(seconds)
    console.print(result)


def _said(answer: dict[str, Any]) -> dict[str, str]:
    """Give what is said of a number, or of a class."""
    said = {"prediction": f"{_shown(answer['prediction'])} {answer['unit']}".strip()}
    if "interval" in answer:
        interval = answer["interval"]
        return said | {
            f"{interval['coverage']:.0%} interval": f"{_shown(interval['lower'])} to {_shown(interval['upper'])}"
        }
    return said | {
        "probabilities": ", ".join(f"{label} {share:.1%}" for label, share in answer["probabilities"].items()),
        "not ruled out": ", ".join(answer["prediction_set"]),
    }


def _shown(value: float | str) -> str:
    """Give a label as it is, and of a number what counts: whole where it is large."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
