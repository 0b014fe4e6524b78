"""Start workflows: one with typed inputs, which the token of a job may if `actions: write`, or those of an event."""

from plumbline.ci.github import Repository
from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.github import job


def dispatch(repository: Repository, workflow: str, ref: str, inputs: dict[str, str]) -> None:
    """Start `workflow` on the branch `ref`.

    Raises:
        PlumblineError: GitHub refuses, for an input that the workflow does not have, say.
    """
    repository.request("POST", f"actions/workflows/{workflow}/dispatches", {"ref": ref, "inputs": inputs})


def event(repository: Repository, kind: str, payload: dict[str, object]) -> None:
    """Start the workflows that wait for a `repository_dispatch` of the type `kind`, on the default branch.

    Raises:
        PlumblineError: GitHub cannot be reached or refuses; the token must be one with `contents: write`.
    """
    repository.request("POST", "dispatches", {"event_type": kind, "client_payload": payload})


def main(workflow: str, /, *inputs: str) -> None:
    """Start a workflow on this branch.

    Args:
        workflow: File name of the workflow.
        inputs: Each as NAME=VALUE.

    Raises:
        PlumblineError: An input is no pair, or nothing names the branch.
    """
    wrong = [pair for pair in inputs if "=" not in pair]
    if wrong:
        raise PlumblineError(f"{', '.join(wrong)}: write an input as NAME=VALUE")
    ref = job().ref_name
    if not ref:
        raise PlumblineError("GITHUB_REF_NAME is not set: it names the branch to start the workflow on")
    named = dict(pair.split("=", 1) for pair in inputs)
    dispatch(Repository.of_environment(), workflow, ref, named)
    log.get("dispatch").info("started", workflow=workflow, ref=ref, **named)
