"""What an account has once, whoever made it: `plumb cloud bootstrap` adopts what is there and makes the rest."""

from collections.abc import Callable
from functools import partial
from typing import Any

from plumbline.cloud.account import Account
from plumbline.cloud.bucket_checks import opened
from plumbline.cloud.findings import Finding, guarded, ok, warning, wrong

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
# As in infrastructure/terraform/stacks/bootstrap/singletons.tf.
SERVICES = (
    "autoscaling.amazonaws.com",
    "eks-nodegroup.amazonaws.com",
    "eks.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "rds.amazonaws.com",
    "spot.amazonaws.com",
)
_BOOTSTRAP = "plumb cloud bootstrap"


def existing(iam: Any) -> list[str]:
    """Name what is there: GitHub's issuer, and the services that have their role; the `existing` of bootstrap."""
    roles = _with_role(iam)
    return [*([ISSUER] if _provider(iam) else []), *(service for service in SERVICES if service in roles)]


def examine(account: Account) -> list[Finding]:
    """Look for each of them, and give the command that mends it."""
    checks: dict[str, Callable[[Account], Finding]] = {
        "GitHub": github,
        "service roles": service_roles,
        "encryption of volumes": volumes,
        "public buckets": public_buckets,
    }
    return [guarded(subject, partial(look, account)) for subject, look in checks.items()]


def github(account: Account) -> Finding:
    """Look for the identity provider that the roles of the workflows trust; Terraform names it without a look."""
    iam = account.client("iam")
    arn = _provider(iam)
    if not arn:
        return wrong("GitHub", "its identity provider is unknown: no workflow gets a role", _BOOTSTRAP)
    if AUDIENCE not in iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"]:
        command = "aws iam add-client-id-to-open-id-connect-provider"
        advice = f"{command} --open-id-connect-provider-arn {arn} --client-id {AUDIENCE}"
        return wrong("GitHub", f"its identity provider, which was adopted, does not know {AUDIENCE}", advice)
    return ok("GitHub", "its identity provider is known")


def service_roles(account: Account) -> Finding:
    """Look for the roles by which services act: whoever may not make one is refused in the midst of an apply."""
    roles = _with_role(account.client("iam"))
    missing = [service for service in SERVICES if service not in roles]
    if missing:
        advice = f"{_BOOTSTRAP}, or aws iam create-service-linked-role --aws-service-name {missing[0]}"
        return warning("service roles", f"none yet of {', '.join(missing)}", advice)
    return ok("service roles", f"{len(SERVICES)} are there")


def volumes(account: Account) -> Finding:
    """Look whether a volume that asks for no encryption gets it: a setting of each region."""
    if account.client("ec2").get_ebs_encryption_by_default()["EbsEncryptionByDefault"]:
        return ok("encryption of volumes", f"by default in {account.region}")
    advice = f"TF_VAR_regions='[\"{account.region}\"]' {_BOOTSTRAP}"
    return wrong("encryption of volumes", f"not by default in {account.region}", advice)


def public_buckets(account: Account) -> Finding:
    """Look whether any bucket of the account may become public."""
    found = opened(partial(account.client("s3control").get_public_access_block, AccountId=account.number))
    if found:
        advice = f"{_BOOTSTRAP}; TF_VAR_block_public_access=false in an account that publishes buckets on purpose"
        return warning("public buckets", f"the account allows them: {', '.join(found)}", advice)
    return ok("public buckets", "none can be made in the account")


def _provider(iam: Any) -> str | None:
    listed = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return next((one["Arn"] for one in listed if one["Arn"].endswith(f"/{ISSUER}")), None)


def _with_role(iam: Any) -> set[str]:
    """Name the services that have their role; a role with a suffix is another one, of the same path."""
    pages = iam.get_paginator("list_roles").paginate(PathPrefix="/aws-service-role/")
    return {one["Path"].split("/")[2] for page in pages for one in page["Roles"] if "_" not in one["RoleName"]}
