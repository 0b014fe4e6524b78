"""The account of an environment, the names in it, and the clients that speak to it."""

import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from plumbline.cloud import allowed
from plumbline.kernel.errors import PlumblineError

ENVIRONMENTS = ("staging", "production")
# As in infrastructure/terraform/modules/dvc-remote/main.tf.
REMOTES = ("data", "data-cache", "models", "pipeline")
_HOME = "ap-south-1"
# Give up soon, and say so: a person waits.
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard"})


@dataclass(frozen=True)
class Account:
    """One environment of one account; every name follows from the three."""

    environment: str
    number: str
    region: str
    session: Any = field(repr=False, compare=False)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Name of the cluster, and the beginning of every other name."""
        return f"plumbline-{self.environment}"

    @property
    def state_bucket(self) -> str:
        """Bucket of the Terraform states of all environments."""
        return f"plumbline-state-{self.number}"

    @property
    def remotes(self) -> dict[str, str]:
        """Buckets of the DVC remotes by kind."""
        return {kind: f"{self.name}-{kind}-{self.number}" for kind in REMOTES}

    @property
    def buckets(self) -> tuple[str, ...]:
        """All buckets that the stack `platform` makes."""
        return (*self.remotes.values(), f"{self.name}-mlflow-{self.number}", f"{self.name}-access-log-{self.number}")

    def client(self, service: str) -> Any:
        """Give the client of one service; to make one takes a second."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, config=_CONFIG)
        return self._clients[service]


def find(environment: str) -> Account:
    """Ask AWS who we are.

    Raises:
        PlumblineError: There is no such environment, there are no credentials, or they are of another account than
            `TF_VAR_account_id` or plumbline.toml say.
    """
    check(environment)
    number, session = log_in(region())
    return Account(environment, number, region(), session)


def log_in(where: str) -> tuple[str, Any]:
    """Give the number of the account that the credentials are of, and a session in a region.

    Raises:
        PlumblineError: There are no credentials, or they are of another account than `TF_VAR_account_id` or
            plumbline.toml say.
    """
    try:
        session = boto3.Session(region_name=where)
        number = session.client("sts", config=_CONFIG).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise PlumblineError(
            f"AWS does not know who this is: {reason(error)}\nLog in with `aws sso login`, or set AWS_PROFILE, or"
            " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        ) from None
    expected = variable("account_id")
    if expected and expected != number:
        raise PlumblineError(
            f"these credentials are of account {number} and TF_VAR_account_id is {expected}: choose the profile of"
            f" {expected} with AWS_PROFILE, or correct the variable"
        )
    allowed.check(number)
    return number, session


def check(environment: str) -> None:
    """Make sure that there is such an environment.

    Raises:
        PlumblineError: There is none.
    """
    if environment not in ENVIRONMENTS:
        raise PlumblineError(f"an environment is {' or '.join(ENVIRONMENTS)}, not {environment!r}")


def region() -> str:
    """Give the region of an environment."""
    return variable("region") or _HOME


def state_region() -> str:
    """Give the region of the states of all environments, wherever these are."""
    return variable("state_region") or _HOME


def variable(name: str) -> str | None:
    """Give a variable of Terraform that the shell sets."""
    return os.environ.get(f"TF_VAR_{name}")


def code(error: Exception) -> str:
    """Give the code of an error of AWS, such as `AccessDenied`; empty if AWS has not answered."""
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else ""


def reason(error: Exception) -> str:
    """Say in one line what AWS or the way to it has answered."""
    return " ".join(str(error).split())
