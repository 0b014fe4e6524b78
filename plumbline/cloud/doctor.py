"""Look at the account of an environment and say what is wrong in it, and what to do."""

import sys
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from plumbline.cloud import account, account_checks, bucket_checks, findings, singletons, versions
from plumbline.cloud.account import Account, code
from plumbline.cloud.findings import Finding
from plumbline.kernel.errors import PlumblineError


def examine(where: Account) -> list[Finding]:
    """Run every check; none changes anything."""
    found = [account_checks.identity(where), account_checks.region(where), account_checks.administrator(where)]
    found += singletons.examine(where)
    found += account_checks.quotas(where)
    found += bucket_checks.check(where, where.state_bucket, "plumb cloud bootstrap", region=account.state_region())
    first = nothing_yet(where)
    for bucket in where.remotes.values():
        found += bucket_checks.check(where, bucket, f"plumb cloud plan {where.environment}", first)
    found += [account_checks.key(where, f"alias/{where.name}-{name}", first) for name in ("remote", "mlflow")]
    return [*found, account_checks.cluster(where), *versions.examine(where), account_checks.database(where)]


def nothing_yet(where: Account) -> bool:
    """Tell whether the first apply is still to come: neither the cluster nor a bucket of the environment is there.

    Where AWS does not say so plainly, the answer is no: what is missing is then a fault.
    """
    asked = [(where.client("eks").describe_cluster, {"name": where.name})]
    asked += [(where.client("s3").head_bucket, {"Bucket": bucket}) for bucket in where.buckets]
    return all(_missing(question, named) for question, named in asked)


def _missing(question: Callable[..., Any], named: dict[str, str]) -> bool:
    try:
        question(**named)
    except (ClientError, BotoCoreError) as error:
        return code(error) in ("404", "ResourceNotFoundException")
    return False


def main(environment: str, /) -> None:
    """Check the account of an environment, and say what to do.

    Args:
        environment: Staging or production.

    Raises:
        PlumblineError: Something is wrong.
    """
    where = account.find(environment)
    console = Console(width=None if sys.stdout.isatty() else 160)
    if not findings.show(examine(where), console, f"{where.environment} in account {where.number}"):
        raise PlumblineError(f"{where.environment} is not ready: mend what is wrong in the table, from the top")
