"""An account of moto: AWS's API in this process, with buckets and keys made as Terraform makes them."""

import json
from typing import Any

import pytest

from plumbline.cloud import account, singletons
from plumbline.cloud.account import Account
from plumbline.testing.aws import empty_account


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty account, and a shell that speaks to it."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("account_id", "admins", "api_cidrs", "regions", "existing"):
        monkeypatch.delenv(f"TF_VAR_{name}", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    for name in ("region", "state_region"):
        monkeypatch.setenv(f"TF_VAR_{name}", "ap-south-1")  # whatever region the house is in
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # what moto cannot do, it cannot do a second later
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    empty_account(moto)
    return moto


@pytest.fixture
def staging(aws: str) -> Account:
    return account.find("staging")


@pytest.fixture
def ready(staging: Account) -> Account:
    """An account with GitHub's identity provider, the keys, the state bucket and the remotes of staging."""
    adopt(staging)
    kms = staging.client("kms")
    for name in ("remote", "mlflow"):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/plumbline-staging-{name}", TargetKeyId=key)
    for bucket in (staging.state_bucket, *staging.remotes.values()):
        deny_plain_http(make_bucket(staging, bucket), bucket)
    return staging


def adopt(where: Account) -> None:
    """Make what an account has once, as the stack `bootstrap` does."""
    iam = where.client("iam")
    iam.create_open_id_connect_provider(Url=f"https://{singletons.ISSUER}", ClientIDList=[singletons.AUDIENCE])
    for service in singletons.SERVICES:
        iam.create_service_linked_role(AWSServiceName=service)
    where.client("ec2").enable_ebs_encryption_by_default()


def make_bucket(where: Account, bucket: str) -> Any:
    """Make a bucket as the modules do, but for its policy."""
    s3 = where.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": where.region})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/plumbline-staging-remote"}
    rules = [{"ApplyServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))
    return s3


def deny_plain_http(s3: Any, bucket: str) -> None:
    """Put the policy of the modules on a bucket; moto overlooks its condition, and denies every object from then on."""
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls]}))
