"""Whether an account has room for an environment, and what is there of it."""

import os
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from plumbline.cloud import allowed
from plumbline.cloud.account import Account, code, variable
from plumbline.cloud.findings import Finding, guarded, not_yet, ok, warning, wrong


@dataclass(frozen=True)
class Quota:
    """A quota by its service and number, what it counts, and the least that an environment needs, by its name.

    Of vCPUs that is what its node groups may grow to, with room for nodes that stand beside those they replace.
    """

    service: str
    number: str
    name: str
    staging: int
    production: int


QUOTAS = (
    Quota("ec2", "L-1216C47A", "vCPUs of on-demand instances", 8, 32),
    Quota("ec2", "L-34B43A08", "vCPUs of spot instances", 20, 64),
    Quota("ec2", "L-0263D0A3", "Elastic IP addresses", 1, 2),
    Quota("eks", "L-1194D53C", "clusters", 1, 1),
    Quota("vpc", "L-F678F1CE", "VPCs", 1, 1),
    Quota("vpc", "L-FE5A380F", "NAT gateways in a zone", 1, 1),
)
_PLAN = "run `plumb cloud plan` and `plumb cloud apply` of the environment"


def identity(account: Account) -> Finding:
    """Say whose credentials these are; others than those of a listed account were refused before."""
    if allowed.accounts():
        return ok("identity", f"account {account.number}, as {allowed.FILE} allows")
    advice = f'set allowed_account_ids = ["{account.number}"] in {allowed.FILE}: a wrong profile is refused then'
    return warning("identity", f"account {account.number}; no account is guarded", advice)


def region(account: Account) -> Finding:
    """Compare the region of the shell with the environment's."""
    given = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if given and given != account.region:
        advice = f"set TF_VAR_region={given} if the environment is there, or AWS_REGION={account.region}"
        return warning("region", f"{account.region}, while the shell says {given}", advice)
    return ok("region", account.region)


def administrator(account: Account) -> Finding:
    """Look whether the caller is among the cluster's administrators: who makes a cluster is none by that alone."""
    return guarded("administrator", partial(_administrator, account))


def _administrator(account: Account) -> Finding:
    caller = account.client("sts").get_caller_identity()["Arn"]
    # A session names its role without the role's path; a name is unique in its account.
    role = re.fullmatch(r"arn:aws:sts::(\d+):assumed-role/([^/]+)/.*", caller)
    whose = f"role {role[2]}" if role else caller
    given = variable("admins")
    if not given:
        advice = "set TF_VAR_admins to the roles that administer the cluster, among them who runs Terraform"
        return warning("administrator", f"{whose}, and TF_VAR_admins is not set", advice)
    admins = re.findall(r"arn:aws:iam::(\d+):role/(?:[^\s\"]+/)?([^\s\"/]+)", given)
    if role and role.groups() in admins:
        return ok("administrator", f"{whose} is one of TF_VAR_admins")
    advice = "add the ARN of its role, or assume one that is listed: Helm would be refused by the cluster (401)"
    return wrong("administrator", f"{whose} is none of TF_VAR_admins", advice)


def quotas(account: Account) -> list[Finding]:
    """Compare the quotas with what the environment needs."""
    client = account.client("service-quotas")
    return [guarded(f"quota: {one.name}", partial(_quota, client, account, one)) for one in QUOTAS]


def _quota(client: Any, account: Account, quota: Quota) -> Finding:
    least = quota.production if account.environment == "production" else quota.staging
    subject = f"quota: {quota.name}"
    value = _value(client.get_service_quota, quota)
    if value is None:
        # No quota of the account's own: AWS's default holds.
        value = _value(client.get_aws_default_service_quota, quota)
    page = f"https://{account.region}.console.aws.amazon.com/servicequotas/home/services/{quota.service}/quotas/{quota.number}"
    if value is None:
        return warning(subject, "unknown", f"{least} are needed: see {page}")
    if value < least:
        return wrong(subject, f"{value:g}, and {least} are needed", f"ask for more: {page}")
    return ok(subject, f"{value:g}")


def _value(ask: Callable[..., Any], quota: Quota) -> float | None:
    try:
        return float(ask(ServiceCode=quota.service, QuotaCode=quota.number)["Quota"]["Value"])
    except ClientError as error:
        if code(error) == "NoSuchResourceException":
            return None
        raise


def key(account: Account, alias: str, first: bool = False) -> Finding:
    """Encrypt and decrypt with a key.

    Args:
        account: Where it should be.
        alias: Its name.
        first: Nothing of the environment is there yet, so that a missing key is no fault.
    """
    return guarded(alias, partial(_key, account, alias, first))


def _key(account: Account, alias: str, first: bool) -> Finding:
    kms = account.client("kms")
    try:
        described = kms.describe_key(KeyId=alias)["KeyMetadata"]
        if described["KeyState"] == "PendingDeletion":
            advice = (
                f"if it is still needed: `aws kms cancel-key-deletion --key-id {described['KeyId']}`, then enable it"
            )
            return wrong(alias, "will be deleted, and all that it encrypts is lost with it", advice)
        if not described["Enabled"]:
            return wrong(alias, "disabled", f"`aws kms enable-key --key-id {described['KeyId']}`")
        text = secrets.token_bytes(16)
        sealed = kms.encrypt(KeyId=alias, Plaintext=text)["CiphertextBlob"]
        if kms.decrypt(KeyId=alias, CiphertextBlob=sealed)["Plaintext"] != text:
            return wrong(alias, "decrypts to something else", "this must not happen: ask AWS")
    except ClientError as error:
        if code(error) == "NotFoundException":
            return not_yet(alias) if first else wrong(alias, "does not exist", _PLAN)
        if code(error) == "AccessDeniedException":
            advice = "right for who holds a policy of the remotes, which reach the key through S3 only; else ask for it"
            return warning(alias, "not usable directly", advice)
        raise
    return ok(alias, "encrypts and decrypts")


def cluster(account: Account) -> Finding:
    """Ask for the state of the cluster."""
    return guarded("cluster", partial(_cluster, account))


def _cluster(account: Account) -> Finding:
    try:
        status = account.client("eks").describe_cluster(name=account.name)["cluster"]["status"]
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        if not re.search(r"\d", variable("api_cidrs") or ""):
            found = f"{account.name} does not exist, and TF_VAR_api_cidrs is empty: its API server will be private"
            return warning("cluster", found, f"give the addresses that Terraform will come from, then {_PLAN}")
        return warning("cluster", f"{account.name} does not exist", _PLAN)
    if status == "ACTIVE":
        return ok("cluster", f"{account.name} is active")
    return wrong("cluster", f"{account.name} is {status}", "wait, or look at its health in the console of EKS")


def database(account: Account) -> Finding:
    """Ask for the state of MLflow's database; only the cluster's nodes reach the database itself."""
    return guarded("database", partial(_database, account))


def _database(account: Account) -> Finding:
    name = f"{account.name}-mlflow"
    try:
        it = account.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    except ClientError as error:
        if code(error) not in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
            raise
        return warning("database", f"{name} does not exist", _PLAN)
    faults = [
        *([] if it["DBInstanceStatus"] == "available" else [f"is {it['DBInstanceStatus']}"]),
        *([] if it["StorageEncrypted"] else ["is not encrypted"]),
        *(["is public"] if it["PubliclyAccessible"] else []),
        *([] if it["BackupRetentionPeriod"] else ["has no backups"]),
    ]
    if faults:
        return wrong("database", f"{name} {', '.join(faults)}", f"{_PLAN}; start it if it was stopped")
    return ok("database", f"{name} is available, encrypted, private and backed up")
