"""Before the first apply the doctor tells who reaches the cluster and is let in, and what is not there yet."""

import json

import pytest

from plumbline.cloud import account, account_checks, doctor
from plumbline.cloud.account import Account
from plumbline.cloud.findings import Finding
from plumbline.tests.cloud.conftest import adopt, deny_plain_http, make_bucket


@pytest.fixture
def platform(staging: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The account as the role `platform` sees it, which has a path as those of single sign-on have."""
    role = staging.client("iam").create_role(RoleName="platform", Path="/sso/", AssumeRolePolicyDocument="{}")["Role"]
    session = staging.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", session["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", session["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", session["SessionToken"])
    return account.find("staging")


def admins(*names: str) -> str:
    return json.dumps([f"arn:aws:iam::123456789012:role/{name}" for name in names])


def test_who_runs_terraform_is_an_administrator(platform: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_admins", admins("ci", "sso/platform"))
    assert account_checks.administrator(platform).state == "ok"


@pytest.mark.parametrize("name", ["ci", "platform-readonly", "platform/other"])
def test_a_role_that_the_cluster_would_refuse_is_found(
    name: str, platform: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_admins", admins(name))
    found = account_checks.administrator(platform)
    assert (found.state, found.found) == ("wrong", "role platform is none of TF_VAR_admins")
    assert "401" in found.advice


def test_a_user_is_no_administrator(staging: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_admins", admins("platform"))
    assert account_checks.administrator(staging).state == "wrong"


def test_administrators_that_are_not_set_are_a_warning(platform: Account) -> None:
    found = account_checks.administrator(platform)
    assert (found.state, found.found) == ("warning", "role platform, and TF_VAR_admins is not set")


@pytest.mark.parametrize("given", [None, "", "[]"])
def test_a_first_cluster_that_nobody_could_reach_is_warned(
    given: str | None, staging: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given is not None:
        monkeypatch.setenv("TF_VAR_api_cidrs", given)
    found = account_checks.cluster(staging)
    assert found.state == "warning"
    assert "TF_VAR_api_cidrs is empty" in found.found


def test_a_first_cluster_with_addresses_can_be_reached(staging: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_api_cidrs", '["203.0.113.7/32"]')
    assert account_checks.cluster(staging).found == "plumbline-staging does not exist"


@pytest.fixture
def bootstrapped(staging: Account) -> Account:
    """What `plumb cloud bootstrap` makes, and nothing else."""
    adopt(staging)
    deny_plain_http(make_bucket(staging, staging.state_bucket), staging.state_bucket)
    return staging


def made_by_apply(where: Account) -> list[Finding]:
    names = {*where.remotes.values(), "alias/plumbline-staging-remote", "alias/plumbline-staging-mlflow"}
    found = [one for one in doctor.examine(where) if one.subject in names]
    assert {one.subject for one in found} == names
    return found


def test_before_the_first_apply_nothing_is_wrong_and_apply_makes_the_rest(bootstrapped: Account) -> None:
    assert [one for one in doctor.examine(bootstrapped) if one.state == "wrong"] == []
    assert {(one.state, one.found) for one in made_by_apply(bootstrapped)} == {("warning", "does not exist yet")}
    assert all("`plumb cloud apply` makes it" in one.advice for one in made_by_apply(bootstrapped))


def test_before_bootstrap_the_state_bucket_is_wrong(staging: Account) -> None:
    found = {one.subject: one for one in doctor.examine(staging)}[staging.state_bucket]
    assert found.state == "wrong"
    assert "`plumb cloud bootstrap`" in found.advice


def test_beside_a_cluster_missing_buckets_and_keys_are_wrong(bootstrapped: Account) -> None:
    network = {"subnetIds": ["subnet-1", "subnet-2"]}
    role = "arn:aws:iam::123456789012:role/cluster"
    bootstrapped.client("eks").create_cluster(name=bootstrapped.name, roleArn=role, resourcesVpcConfig=network)
    assert {one.state for one in made_by_apply(bootstrapped)} == {"wrong"}


def test_beside_one_bucket_of_the_environment_the_others_are_wrong(bootstrapped: Account) -> None:
    make_bucket(bootstrapped, f"{bootstrapped.name}-mlflow-{bootstrapped.number}")
    assert {one.state for one in made_by_apply(bootstrapped)} == {"wrong"}


def test_a_bucket_of_another_environment_makes_no_difference(bootstrapped: Account) -> None:
    make_bucket(bootstrapped, f"plumbline-production-data-{bootstrapped.number}")
    assert {one.state for one in made_by_apply(bootstrapped)} == {"warning"}
