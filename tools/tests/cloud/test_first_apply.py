"""Who makes a cluster must be let in by it, and reach it: the doctor tells before the first apply."""

import json

import pytest

from tools.cloud import account, account_checks
from tools.cloud.account import Account


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
