"""Rehearse the loop: train, serve, watch, bring fresh data, retrain, change bundles, refuse and roll back."""

import tempfile
import time
from pathlib import Path

from rich.console import Console

from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import clone, past, report, story
from plumbline.loop.rehearse.report import Done
from plumbline.loop.rehearse.state import Rehearsal

OUTPUT = clone.ROOT / "reports/rehearsal"


def rehearse(folder: Path, console: Console) -> None:
    """Run every step in a clone below `folder`; the first that does not go as planned ends it.

    Raises:
        PlumblineError: Names the step, and says what was not as planned.
    """
    done: list[Done] = []
    with clone.entered(folder):
        rehearsal = Rehearsal()
        for step in story.STEPS:
            title = (step.__doc__ or "").partition("\n")[0]
            console.print(title)
            begin = time.monotonic()
            try:
                outcome = step(rehearsal)
            except PlumblineError as error:
                console.print(report.steps(done))
                raise PlumblineError(f"not as planned: {title}\n{error}") from None
            done.append(Done(title, time.monotonic() - begin, outcome))
        console.print(report.months(rehearsal.months))
        console.print(report.steps(done))
        report.write(OUTPUT, done, rehearsal.months)


def main(*, keep: Path | None = None) -> None:
    """Replay the past through the services and retrain on the way, in a temporary clone.

    Args:
        keep: An empty folder for the clone, which is kept to be looked at.
    """
    past.settings()  # before a clone is made
    console = Console(width=150, highlight=False)
    begin = time.monotonic()
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        rehearse(keep.resolve(), console)
    else:
        with tempfile.TemporaryDirectory(prefix="plumbline-rehearsal-") as name:
            rehearse(Path(name), console)
    console.print(
        f"all {len(story.STEPS)} steps went as planned, in {time.monotonic() - begin:.0f} s: {OUTPUT}/report.md"
    )
