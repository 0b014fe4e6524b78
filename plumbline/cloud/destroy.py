"""Take an environment down in the one order that finishes, with nothing left that is billed."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException
from rich.console import Console
from urllib3.exceptions import HTTPError

from plumbline.cloud import account, applications, buckets, cluster, leftovers, network, state
from plumbline.cloud.account import Account
from plumbline.kernel.errors import PlumblineError

_PLAN = "destroy.tfplan"


@dataclass(frozen=True)
class Step:
    """One step: what it takes away, why it comes where it does, and how; it gives what has gone."""

    name: str
    why: str
    run: Callable[[], list[str]]


def steps(
    where: Account, terraform: Callable[[], list[str]] | None = None, late_logs_seconds: float = 60
) -> list[Step]:
    """Give the steps in their order; each may be run again, and finds nothing the second time."""
    on_cluster = partial(_on_cluster, where)
    return [
        Step("applications", "their controllers still run and clean up", on_cluster(applications.remove)),
        Step("Services with load balancers", "as above", on_cluster(applications.remove_load_balancers)),
        Step("load balancers", "those whose controller has gone", partial(leftovers.load_balancers, where)),
        Step("network interfaces", "they keep subnets", partial(leftovers.interfaces, where)),
        Step("security groups", "they keep the VPC", partial(leftovers.security_groups, where)),
        Step("Argo CD", "nothing is left that it could bring back", on_cluster(applications.remove_namespace)),
        Step("protection of the database", "it stops Terraform", partial(leftovers.unprotect_database, where)),
        Step("objects and versions", "a bucket that holds one stops Terraform", partial(_empty_buckets, where)),
        Step("recovery points", "a vault that holds one stops Terraform", partial(leftovers.recovery_points, where)),
        Step(
            "the stack platform",
            "cluster, database, buckets, network",
            partial(_stack, where, terraform or partial(_terraform, where)),
        ),
        Step("volumes", "no node uses them any more", partial(leftovers.volumes, where)),
        Step("secrets", "made by hand, or in recovery with their names taken", partial(leftovers.secrets, where)),
        Step(
            "log group", "EKS made it again with its last lines", partial(leftovers.log_group, where, late_logs_seconds)
        ),
        Step("keys that wait for their deletion", "for you to know", partial(leftovers.keys, where)),
    ]


def confirm(environment: str, given: str, terminal: bool) -> None:
    """Make sure that production is meant.

    Raises:
        PlumblineError: Its name was not typed.
    """
    if environment != "production":
        return
    if not given and terminal:
        given = input("This deletes production and all its data. Type its name to go on: ")
    if given != environment:
        raise PlumblineError("production is not destroyed: its name was not typed (--confirmed production)")


def check_not_kept(environment: str, root: Path = state.TERRAFORM) -> None:
    """Refuse an environment whose data is to be kept.

    Raises:
        PlumblineError: Its tfvars say so, or say nothing.
    """
    path = root / f"envs/{environment}.tfvars"
    if not re.search(r"^keep_on_destroy *= *false$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        raise PlumblineError(
            f"{environment} is not destroyed: {path} keeps its data. To delete that too, set keep_on_destroy = false"
            f" there, then `plumb cloud plan {environment}` and `plumb cloud apply {environment}`."
        )


def _on_cluster(where: Account, remove: Callable[[ApiClient], list[str]]) -> Callable[[], list[str]]:
    def run() -> list[str]:
        api = cluster.connect(where)
        return remove(api) if api else []

    return run


def _empty_buckets(where: Account) -> list[str]:
    s3 = where.client("s3")
    numbers = {bucket: buckets.empty(s3, bucket) for bucket in where.buckets}
    return [f"{bucket}: {number}" for bucket, number in numbers.items() if number]


def _stack(where: Account, terraform: Callable[[], list[str]]) -> list[str]:
    """Destroy the stack; once more if the cluster, which is gone by then, has left something that holds its network."""
    try:
        return terraform()
    except PlumblineError:
        freed = network.free(where)
        if not freed:
            raise
        return [*freed, *terraform()]


def _terraform(where: Account) -> list[str]:
    """Plan and apply the destroy; the state is attached already."""
    variables = f"-var-file=../../envs/{where.environment}.tfvars"
    state.terraform("plan", "-destroy", "-input=false", variables, f"-out={_PLAN}")
    state.terraform("apply", "-input=false", _PLAN)
    return [state.key(where.environment)]


def run(todo: list[Step], console: Console) -> None:
    """Run the steps.

    Raises:
        PlumblineError: One fails; those before it need not be undone.
    """
    for number, step in enumerate(todo, 1):
        try:
            gone = step.run()
        except (ClientError, BotoCoreError, ApiException, HTTPError, OSError) as error:
            raise PlumblineError(
                f"step {number}, {step.name}: {account.reason(error)}\nMend it and run the same again: what has gone is"
                " skipped. The API of a private cluster is reached from its network only."
            ) from None
        console.print(f"{number:2} {step.name}: {', '.join(gone) if gone else 'nothing there'}", highlight=False)


def main(environment: str, /, *, dry_run: bool = False, confirmed: str = "") -> None:
    """Delete an environment and its data; production asks for its name once more.

    Args:
        environment: Staging or production.
        dry_run: Print the order and touch nothing.
        confirmed: The environment once more; a terminal asks for it.
    """
    state.attach(environment)  # without it Terraform would find nothing and leave everything
    where = account.find(environment)
    console = Console(soft_wrap=True)
    todo = steps(where)
    if dry_run:
        for number, step in enumerate(todo, 1):
            console.print(f"{number:2} {step.name}: {step.why}", highlight=False)
        return
    check_not_kept(environment)
    confirm(environment, confirmed, sys.stdin.isatty())
    run(todo, console)
