"""The doctor against an account of moto: each fault is found, named, and comes with what to do."""

import re
import subprocess
import sys

import pytest

from plumbline.cloud import account, account_checks, doctor
from plumbline.cloud.account import Account
from plumbline.cloud.findings import Finding
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT


def wrong(where: Account) -> list[Finding]:
    return [one for one in doctor.examine(where) if one.state == "wrong"]


def run_doctor(environment: str = "staging") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline.cli", "cloud", "doctor", environment]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_nothing_is_wrong_in_an_account_as_terraform_makes_it(ready: Account) -> None:
    assert wrong(ready) == []


def test_an_unversioned_bucket_is_found(ready: Account) -> None:
    bucket = ready.remotes["data"]
    ready.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    found = wrong(ready)
    assert [(one.subject, one.found.split(":")[0]) for one in found] == [(bucket, "not versioned (Suspended)")]
    assert "plumb cloud apply" in found[0].advice


def test_missing_encryption_with_the_key_is_found(ready: Account) -> None:
    bucket = ready.remotes["models"]
    ready.client("s3").delete_bucket_encryption(Bucket=bucket)
    assert [(one.subject, one.found) for one in wrong(ready)] == [
        (bucket, "not encrypted with the environment's own key")
    ]


def test_a_bucket_that_may_become_public_is_found(ready: Account) -> None:
    ready.client("s3").delete_public_access_block(Bucket=ready.state_bucket)
    found = wrong(ready)
    assert [one.subject for one in found] == [ready.state_bucket]
    assert "RestrictPublicBuckets" in found[0].found


def test_a_bucket_that_answers_without_tls_is_found(ready: Account) -> None:
    ready.client("s3").delete_bucket_policy(Bucket=ready.remotes["data"])
    assert [one.found for one in wrong(ready)] == ["answers without TLS"]


def test_a_missing_bucket_names_the_target_that_makes_it(ready: Account) -> None:
    for bucket in (ready.state_bucket, ready.remotes["data"]):
        ready.client("s3").delete_bucket(Bucket=bucket)
    advice = {one.subject: one.advice for one in wrong(ready)}
    assert "`plumb cloud bootstrap`" in advice[ready.state_bucket]
    assert "`plumb cloud plan staging`" in advice[ready.remotes["data"]]


def test_a_bucket_in_another_region_is_found(ready: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_region", "eu-central-1")
    found = wrong(account.find("staging"))
    assert "in ap-south-1, not in eu-central-1" in [one.found for one in found]
    assert any("TF_VAR_region=ap-south-1" in one.advice for one in found)


def test_a_shell_of_another_region_is_warned(staging: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    found = account_checks.region(staging)
    assert found.state == "warning"
    assert "us-east-1" in found.found


def test_a_key_about_to_be_deleted_is_found(ready: Account) -> None:
    alias = "alias/plumbline-staging-remote"
    kms = ready.client("kms")
    kms.schedule_key_deletion(KeyId=kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])
    found = account_checks.key(ready, alias)
    assert found.state == "wrong"
    assert "cancel-key-deletion" in found.advice


def test_a_disabled_key_is_found(ready: Account) -> None:
    alias = "alias/plumbline-staging-remote"
    kms = ready.client("kms")
    kms.disable_key(KeyId=kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"])
    assert account_checks.key(ready, alias).found == "disabled"


def test_a_quota_too_small_is_found(staging: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    # given AWS's default of five VPCs and a need of six
    vpcs = account_checks.Quota("vpc", "L-F678F1CE", "VPCs", 6, 5)
    monkeypatch.setattr(account_checks, "QUOTAS", (vpcs,))
    # then
    (found,) = account_checks.quotas(staging)
    assert (found.state, found.found) == ("wrong", "5, and 6 are needed")
    # and each environment has its own need
    (enough,) = account_checks.quotas(account.find("production"))
    assert (enough.state, enough.found) == ("ok", "5")


def test_the_database_is_private_encrypted_and_backed_up(staging: Account) -> None:
    rds = staging.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="plumbline-staging-mlflow",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="mlflow",
        MasterUserPassword="not-a-secret",
        PubliclyAccessible=True,
        StorageEncrypted=False,
        BackupRetentionPeriod=1,
    )
    assert account_checks.database(staging).found == "plumbline-staging-mlflow is not encrypted, is public"


def test_an_error_ends_the_doctor_with_1_and_no_traceback(ready: Account) -> None:
    bucket = ready.remotes["data-cache"]
    assert run_doctor().returncode == 0
    ready.client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    done = run_doctor()
    assert done.returncode == 1
    assert "Suspended" in done.stdout
    assert re.match(r"error: staging is not ready", done.stderr)


def test_without_credentials_the_doctor_says_how_to_log_in(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    done = run_doctor()
    assert done.returncode == 1
    assert "aws sso login" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_account_that_does_not_answer_is_an_error_of_one_line(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(PlumblineError, match="AWS does not know who this is: Could not connect"):
        account.find("staging")


def test_an_unknown_environment_is_refused(aws: str) -> None:
    with pytest.raises(PlumblineError, match="an environment is staging or production, not 'prod'"):
        account.find("prod")


def test_the_remotes_are_those_that_the_module_makes() -> None:
    text = (ROOT / "infrastructure/terraform/modules/dvc-remote/main.tf").read_text()
    (kinds,) = re.findall(r"^ *kinds +=.*?\[(.*?)\]", text, flags=re.MULTILINE | re.DOTALL)
    assert set(re.findall(r'"([\w-]+)"', kinds)) == set(account.REMOTES)
