"""What GitHub tells a job, and what a job tells GitHub: the one place that reads its variables.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

import os
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """GitHub's variables, each a field of its name after GITHUB_; empty where there is none."""

    api_url: str
    event_name: str
    event_path: str
    output: str
    ref_name: str
    repository: str
    run_id: str
    server_url: str
    sha: str
    step_summary: str
    token: str
    workflow: str
    workflow_ref: str

    @property
    def run_url(self) -> str:
        """The address of the run."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}"


def job() -> Job:
    """Read the variables as they are now."""
    return Job(**{field.name: os.environ.get(f"GITHUB_{field.name.upper()}", "") for field in fields(Job)})


def set_outputs(**values: str) -> bool:
    """Set outputs of the step; say whether there is a step."""
    path = job().output
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())
    return bool(path)


def summarize(text: str) -> None:
    """Add Markdown to the summary of the job; nothing where there is none."""
    if path := job().step_summary:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
