"""Run the drill: the plan and the faults, with a folder and with S3 as the remote."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.table import Column, Table

from plumbline.kernel.errors import PlumblineError
from plumbline.proof.drill import faults, plan
from plumbline.proof.drill.world import DrillError, World, create

KINDS: tuple[Literal["folder", "s3"], ...] = ("folder", "s3")
Row = tuple[str, str, str, str, bool]


def drill(folder: Path, kind: str, console: Console) -> list[Row]:
    """Run the plan, then every fault, in a world of its own; a broken plan ends there."""
    rows: list[Row] = []
    with create(folder, kind) as world:
        for step in plan.STEPS:
            if not _try(rows, world, step, console):
                return rows
        world.commit("Comments")
        world.run(world.developer, "dvc", "push")
        for fault in faults.FAULTS:
            _try(rows, world, fault, console)
    return rows


def _try(rows: list[Row], world: World, step: plan.Step, console: Console) -> bool:
    title = (step.__doc__ or "").partition("\n")[0]
    begin = time.monotonic()
    try:
        outcome, as_planned = step(world), True
    except DrillError as surprise:
        outcome, as_planned = str(surprise), False
    rows.append((world.kind, title, outcome, f"{time.monotonic() - begin:.0f}", as_planned))
    console.print(f"{'ok' if as_planned else 'FAILED':6} {world.kind:6} {title}")
    return as_planned


def main(*, remote: tuple[Literal["folder", "s3"], ...] = KINDS) -> None:
    """Rehearse the evaluation plan and every fault with real git and real DVC.

    Args:
        remote: The kinds of remotes.

    Raises:
        PlumblineError: A step did not go as planned.
    """
    console = Console(width=160, highlight=False)
    with tempfile.TemporaryDirectory(prefix="plumbline-drill-") as name, ThreadPoolExecutor(len(remote)) as pool:
        folder = Path(name)
        parts = list(pool.map(lambda kind: drill(folder / kind, kind, console), remote))
    rows = [row for part in parts for row in part]
    result = Table("remote", "what was done", Column("what happened", overflow="fold"), "s", "")
    for kind, title, outcome, seconds, as_planned in rows:
        result.add_row(kind, title, outcome, seconds, "ok" if as_planned else "[bold red]FAILED[/]")
    console.print(result)
    failed = [row for row in rows if not row[-1]]
    if failed:
        raise PlumblineError(f"{len(failed)} of {len(rows)} steps did not go as planned")
    console.print(f"all {len(rows)} steps went as planned")
