"""The policies that the module of the remotes writes, asked by real calls: moto allows and denies by them.

moto overlooks conditions, so TLS and `kms:ViaService` are held by the tests of the module.
"""

import json
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from plumbline.testing import needs
from plumbline.testing.aws import check_rights
from plumbline.testing.repository import ROOT, run

REGION = "ap-south-1"
ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def applied(moto: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the module makes, by address; the provider's calls, if it makes any, go to moto."""
    needs.require("terraform")
    folder = tmp_path_factory.mktemp("policies") / "terraform"
    shutil.copytree(ROOT / "infrastructure/terraform", folder, ignore=shutil.ignore_patterns(".terraform*"))
    module = folder / "modules/dvc-remote"
    provider = (
        f'provider "aws" {{\n  region = "{REGION}"\n  s3_use_path_style = true\n'
        '  access_key = "test"\n  secret_key = "test"\n  skip_credentials_validation = true\n}\n'
    )
    (module / "provider.tf").write_text(provider)
    variables = ["-var=environment=staging", f"-var=account_id={ACCOUNT}", f"-var=region={REGION}"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", moto)
        terraform = ("terraform", f"-chdir={module}")
        run(ROOT, *terraform, "init", "-input=false")
        run(ROOT, *terraform, "apply", "-auto-approve", "-input=false", *variables)
        state = json.loads(run(ROOT, *terraform, "show", "-json").stdout)
    return {one["address"]: one["values"] for one in state["values"]["root_module"]["resources"]}


@pytest.fixture(scope="module")
def s3_as(moto: str, applied: dict[str, dict[str, Any]]) -> Iterator[Callable[[str], Any]]:
    """Give an S3 client of a user who holds the policy of one reader; the bucket has the module's settings."""

    def client(service: str, key: str = "test", secret: str = "test") -> Any:
        return boto3.client(service, REGION, endpoint_url=moto, aws_access_key_id=key, aws_secret_access_key=secret)

    s3, iam = client("s3"), client("iam")
    bucket = applied['aws_s3_bucket.remote["data"]']["bucket"]
    for name in (bucket, applied['aws_s3_bucket.remote["models"]']["bucket"]):
        if name not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    status = applied['aws_s3_bucket_versioning.all["data"]']["versioning_configuration"][0]["status"]
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
    rule = applied['aws_s3_bucket_server_side_encryption_configuration.remote["data"]']["rule"]
    default = next(iter(rule))["apply_server_side_encryption_by_default"][0]
    encryption = {"SSEAlgorithm": default["sse_algorithm"], "KMSMasterKeyID": default["kms_master_key_id"]}
    rules = [{"ApplyServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_object(Bucket=bucket, Key="there", Body=b"1")
    keys = {}
    for reader in ("developer", "ci", "release", "production"):
        iam.create_user(UserName=reader)
        policy = applied[f'aws_iam_policy.remote["{reader}"]']["policy"]
        iam.put_user_policy(UserName=reader, PolicyName="remote", PolicyDocument=policy)
        keys[reader] = iam.create_access_key(UserName=reader)["AccessKey"]
    check_rights(moto, 0)
    yield lambda reader: client("s3", keys[reader]["AccessKeyId"], keys[reader]["SecretAccessKey"])
    check_rights(moto, math.inf)


BUCKET = f"plumbline-staging-data-{ACCOUNT}"
CALLS: dict[str, Callable[[Any], Any]] = {
    "list": lambda s3: s3.list_objects_v2(Bucket=BUCKET),
    "get": lambda s3: s3.get_object(Bucket=BUCKET, Key="there"),
    "put": lambda s3: s3.put_object(Bucket=BUCKET, Key="new", Body=b"2"),
    "delete": lambda s3: s3.delete_object(Bucket=BUCKET, Key="there"),
    "open": lambda s3: s3.delete_bucket_policy(Bucket=BUCKET),
    "unversion": lambda s3: s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}),
}


def allowed(s3: Any) -> set[str]:
    found = set()
    for name, call in CALLS.items():
        try:
            call(s3)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("AccessDenied", "403"):
                raise
        else:
            found.add(name)
    return found


@pytest.mark.parametrize("reader", ["developer", "ci"])
def test_who_works_on_the_data_reads_and_writes_and_deletes_nothing(reader: str, s3_as: Callable[[str], Any]) -> None:
    assert allowed(s3_as(reader)) == {"list", "get", "put"}


def test_a_release_adds_bundles_deletes_none_and_only_reads_data(s3_as: Callable[[str], Any]) -> None:
    s3 = s3_as("release")
    assert allowed(s3) == {"list", "get"}
    models = BUCKET.replace("-data-", "-models-")
    s3.put_object(Bucket=models, Key="toys/manifest.json", Body=b"{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=models, Key="toys/manifest.json")


def test_production_only_reads(s3_as: Callable[[str], Any]) -> None:
    assert allowed(s3_as("production")) == {"list", "get"}


def test_production_only_reads_with_the_rights_of_ci_as_well(
    moto: str, applied: dict[str, dict[str, Any]], s3_as: Callable[[str], Any]
) -> None:
    """The policy denies, rather than not allowing: another policy beside it opens nothing."""
    check_rights(moto, math.inf)
    iam = boto3.client("iam", REGION, endpoint_url=moto, aws_access_key_id="a", aws_secret_access_key="b")
    policy = applied['aws_iam_policy.remote["ci"]']["policy"]
    iam.put_user_policy(UserName="production", PolicyName="more", PolicyDocument=policy)
    check_rights(moto, 0)
    assert allowed(s3_as("production")) == {"list", "get"}


def test_dvc_pushes_to_a_bucket_of_the_module_as_a_developer(
    moto: str, s3_as: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    credentials = s3_as("developer")._request_signer._credentials
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", credentials.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", credentials.secret_key)
    run(tmp_path, "git", "init", "--quiet")
    run(tmp_path, "dvc", "init", "--quiet")
    run(tmp_path, "dvc", "remote", "add", "--default", "cloud", f"s3://{BUCKET}/dvc")
    run(tmp_path, "dvc", "remote", "modify", "cloud", "endpointurl", moto)
    run(tmp_path, "dvc", "remote", "modify", "cloud", "region", REGION)
    (tmp_path / "rows.tsv").write_text("a\tb\n")
    run(tmp_path, "dvc", "add", "--quiet", "rows.tsv")
    # when
    assert "1 file pushed" in run(tmp_path, "dvc", "push").stdout
    # then another clone has it
    shutil.rmtree(tmp_path / ".dvc/cache")
    (tmp_path / "rows.tsv").unlink()
    run(tmp_path, "dvc", "pull", "--quiet")
    assert (tmp_path / "rows.tsv").read_text() == "a\tb\n"
    stored = s3_as("developer").list_objects_v2(Bucket=BUCKET, Prefix="dvc/")["Contents"][0]["Key"]
    assert s3_as("developer").head_object(Bucket=BUCKET, Key=stored)["ServerSideEncryption"] == "aws:kms"
