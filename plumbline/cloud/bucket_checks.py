"""Whether a bucket keeps what it holds: reachable, versioned, encrypted, private, over TLS only."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from plumbline.cloud.account import Account, code, reason
from plumbline.cloud.findings import Finding, not_yet, ok, wrong

_APPLY = (
    "run `plumb cloud plan` and `plumb cloud apply` of the environment: the bucket is not as Terraform describes it"
)
_PUBLIC = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def check(account: Account, bucket: str, make: str, first: bool = False, region: str = "") -> list[Finding]:
    """Look at one bucket.

    Args:
        account: Where it should be.
        bucket: Its name.
        make: The target that makes it.
        first: Nothing of the environment is there yet, so that a missing bucket is no fault.
        region: Where it must lie, if not in that of the environment.
    """
    region = region or account.region
    s3 = account.client("s3")
    try:
        s3.head_bucket(Bucket=bucket)
    except (ClientError, BotoCoreError) as error:
        if first and code(error) == "404":
            return [not_yet(bucket)]
        return [_unreachable(bucket, error, account, region, make)]
    questions = (_located(region), _versioning, _encryption, _private, _tls_only, _readable)
    return [ok(bucket, "reachable"), *(_asked(one, s3, bucket) for one in questions)]


def _unreachable(bucket: str, error: Exception, account: Account, region: str, make: str) -> Finding:
    advice = {
        "404": f"run `{make}`; was it made in another account than {account.number}?",
        "403": "ask an administrator of the account for the policy of the remotes: it belongs to another or denies you",
        "301": f"it lies in another region than {region}: set TF_VAR_region (of the states: TF_VAR_state_region)",
    }
    return wrong(
        bucket, reason(error), advice.get(code(error), "check the network and AWS_ENDPOINT_URL, then try again")
    )


def _located(region: str) -> Callable[[Any, str], Finding]:
    def question(s3: Any, bucket: str) -> Finding:
        # S3 names no region for its oldest one.
        found = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1"
        if found == region:
            return ok(bucket, f"in {region}")
        name = "TF_VAR_state_region" if bucket.startswith("plumbline-state-") else "TF_VAR_region"
        advice = f"set {name}={found}, or make it anew in {region}, where its key and the cluster are"
        return wrong(bucket, f"in {found}, not in {region}", advice)

    return question


def _asked(question: Callable[[Any, str], Finding], s3: Any, bucket: str) -> Finding:
    try:
        return question(s3, bucket)
    except (ClientError, BotoCoreError) as error:
        advice = "ask an administrator to run this, or for the right to read the bucket's settings"
        return wrong(bucket, reason(error), advice)


def _versioning(s3: Any, bucket: str) -> Finding:
    status = s3.get_bucket_versioning(Bucket=bucket).get("Status", "never on")
    if status == "Enabled":
        return ok(bucket, "versioned")
    return wrong(bucket, f"not versioned ({status}): what is overwritten or deleted is lost", _APPLY)


def _encryption(s3: Any, bucket: str) -> Finding:
    try:
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        if code(error) != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        rules = []
    defaults = [rule.get("ApplyServerSideEncryptionByDefault", {}) for rule in rules]
    if any(one.get("SSEAlgorithm") == "aws:kms" for one in defaults):
        return ok(bucket, "encrypted with KMS")
    return wrong(bucket, "not encrypted with the environment's own key", _APPLY)


def _private(s3: Any, bucket: str) -> Finding:
    found = opened(partial(s3.get_public_access_block, Bucket=bucket))
    return wrong(bucket, f"may become public: {', '.join(found)}", _APPLY) if found else ok(bucket, "never public")


def opened(ask: Callable[[], Any]) -> list[str]:
    """Name the settings of a public access block, a bucket's or an account's, that are not on."""
    try:
        settings = ask()["PublicAccessBlockConfiguration"]
    except ClientError as error:
        if code(error) != "NoSuchPublicAccessBlockConfiguration":
            raise
        settings = {}
    return [name for name in _PUBLIC if not settings.get(name)]


def _tls_only(s3: Any, bucket: str) -> Finding:
    try:
        policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if code(error) != "NoSuchBucketPolicy":
            raise
        policy = {"Statement": []}
    for one in policy["Statement"]:
        insecure = one.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
        if one["Effect"] == "Deny" and one.get("Action") == "s3:*" and str(insecure).lower() == "false":
            return ok(bucket, "TLS only")
    return wrong(bucket, "answers without TLS", _APPLY)


def _readable(s3: Any, bucket: str) -> Finding:
    """Read a byte of any object: that needs the key as well, through S3."""
    objects = s3.list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents", [])
    if not objects:
        return ok(bucket, "holds nothing yet")
    if objects[0]["Size"]:
        s3.get_object(Bucket=bucket, Key=objects[0]["Key"], Range="bytes=0-0")["Body"].read()
    return ok(bucket, "an object can be read and decrypted")
