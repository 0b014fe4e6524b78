"""The gate of a pull request: what was routed succeeded, all else was skipped."""

import json
import os
from collections.abc import Sequence
from typing import Any

from plumbline.ci.routing import pipelines, report
from plumbline.kernel.errors import PlumblineError

CHANGES = "changes"
Row = tuple[str, str, str, str]


def judge(needs: dict[str, Any], names: Sequence[str]) -> list[Row]:
    """Compare the result of every job that the gate needs with what it has to be.

    Args:
        needs: GitHub's `needs` context of the gate: `result` and `outputs` by job.
        names: The routed pipelines: outputs of the job `changes`, and jobs.

    Returns:
        Job, expected result, actual result, and what is wrong ("" if nothing is).
    """
    routed = needs.get(CHANGES, {}).get("outputs") or {}
    rows = []
    for job in dict.fromkeys([CHANGES, *names, *needs]):
        expected = {"true": "success", "false": "skipped"}.get(routed.get(job, "")) if job in names else "success"
        found = needs.get(job, {}).get("result")
        rows.append((job, expected or "?", found or "?", _fault(job, expected, found)))
    return rows


def _fault(job: str, expected: str | None, found: str | None) -> str:
    if found is None:
        return f"the gate does not need {job}: add it to the gate's `needs`"
    if expected is None:
        return f"`{CHANGES}` does not say whether {job} had to run"
    return "" if found == expected else f"{job} is {found} and has to be {expected}"


def main() -> int:
    """Judge the jobs in the variable NEEDS; the exit code is 1 if the gate is closed."""
    try:
        needs = json.loads(os.environ.get("NEEDS", ""))
        rows = judge(needs, [pipeline.name for pipeline in pipelines.read()])
    except (ValueError, AttributeError, TypeError):
        raise PlumblineError("NEEDS does not hold the jobs: set it to ${{ toJSON(needs) }} in the step's env") from None
    faults = [fault for *_, fault in rows if fault]
    note = f"the gate is closed: {'; '.join(faults)}" if faults else "the gate is open"
    report.show(["job", "has to be", "is", ""], [(*row[:3], "wrong" if row[3] else "ok") for row in rows], note)
    return 1 if faults else 0
