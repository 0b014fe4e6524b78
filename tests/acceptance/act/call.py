"""Run a called workflow as the step of a job: act gives up when a call fails, before the jobs that come `always()`."""

import json
import os
import re
import sys
import tempfile
from pathlib import Path

from tests.acceptance.act import runner

_CALL = re.compile(
    r"^    uses: \./\.github/workflows/([\w.-]+)\n(    (?:permissions|secrets):.*\n(?:      .*\n)*)*", re.M
)
_STEP = """    runs-on: ubuntu-24.04
    timeout-minutes: 60
    steps:
      - run: cd "$ACT_REPOSITORY" && python -m tests.acceptance.act.call {workflow}
"""


def replace_calls(workflow: Path) -> None:
    """Make jobs with one step, this module, of the jobs that call another workflow."""
    workflow.write_text(_CALL.sub(lambda call: _STEP.format(workflow=call[1]), workflow.read_text()))


def main() -> int:
    """Run the workflow that the command line names for the event of the job that asks."""
    payload = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    names = [name for name in os.environ if name.startswith("ACT_")]
    with tempfile.TemporaryDirectory() as folder:
        variables = {name: os.environ[name] for name in (*names, "PATH") if name != "ACT_ARTIFACTS"}
        event = os.environ["GITHUB_EVENT_NAME"]
        done = runner.act(
            Path(os.environ["ACT_REPOSITORY"]), event, payload, sys.argv[1], Path(folder), environment=variables
        )
    sys.stdout.writelines(f"{line}\n" for line in done.log)
    return 0 if done.succeeded else 1


if __name__ == "__main__":
    sys.exit(main())
