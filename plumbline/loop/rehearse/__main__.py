"""Rehearse the loop: train, serve, watch, bring fresh data, retrain, change bundles, refuse and roll back."""

import argparse
import tempfile
import time
from pathlib import Path

from rich.console import Console

from plumbline.kernel import stage
from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import clone, report, story
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


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="an empty folder for the clone, which is kept to be looked at")
    keep = parser.parse_args().keep
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


if __name__ == "__main__":
    stage.run(main)
