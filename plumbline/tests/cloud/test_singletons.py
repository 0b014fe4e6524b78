"""What an account has once is found beforehand, whoever made it, and comes with the command that mends it."""

import re

import boto3
import pytest
from moto import mock_aws

from plumbline.cloud import account, singletons
from plumbline.cloud.account import Account
from plumbline.testing.repository import ROOT
from plumbline.tests.cloud.conftest import adopt


def states(where: Account) -> dict[str, str]:
    return {one.subject: one.state for one in singletons.examine(where)}


def test_in_a_new_account_each_is_missing_and_says_what_makes_it(staging: Account) -> None:
    found = {one.subject: one for one in singletons.examine(staging)}
    assert {name: one.state for name, one in found.items()} == {
        "GitHub": "wrong",
        "service roles": "warning",
        "encryption of volumes": "wrong",
        "public buckets": "warning",
    }
    assert all("plumb cloud bootstrap" in one.advice for name, one in found.items() if name != "public buckets")
    assert singletons.existing(staging.client("iam")) == []


def test_after_bootstrap_nothing_is_missing(ready: Account) -> None:
    assert {name: state for name, state in states(ready).items() if name != "public buckets"} == {
        "GitHub": "ok",
        "service roles": "ok",
        "encryption of volumes": "ok",
    }


def test_an_account_that_allows_public_buckets_is_found(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given moto in this process: the address of this service begins with the account, which no name on loopback does
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        where = account.find("staging")
        before = singletons.public_buckets(where)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        where.client("s3control").put_public_access_block(
            AccountId=where.number, PublicAccessBlockConfiguration=dict.fromkeys(closed, True)
        )
        after = singletons.public_buckets(where)
    assert (before.state, after.state) == ("warning", "ok")
    assert "plumb cloud bootstrap" in before.advice


def test_an_identity_provider_of_others_without_our_audience_is_found(staging: Account) -> None:
    made = staging.client("iam").create_open_id_connect_provider(
        Url=f"https://{singletons.ISSUER}", ClientIDList=["https://github.com/others"]
    )
    found = singletons.github(staging)
    assert found.state == "wrong"
    assert found.advice == (
        "aws iam add-client-id-to-open-id-connect-provider"
        f" --open-id-connect-provider-arn {made['OpenIDConnectProviderArn']} --client-id sts.amazonaws.com"
    )


def test_a_service_without_its_role_is_named(ready: Account) -> None:
    iam = ready.client("iam")
    (role,) = iam.list_roles(PathPrefix="/aws-service-role/spot.amazonaws.com/")["Roles"]
    iam.delete_role(RoleName=role["RoleName"])
    found = singletons.service_roles(ready)
    assert (found.state, found.found) == ("warning", "none yet of spot.amazonaws.com")
    assert found.advice.endswith("aws iam create-service-linked-role --aws-service-name spot.amazonaws.com")


def test_an_environment_in_another_region_has_its_volumes_encrypted_there(
    ready: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_region", "eu-central-1")
    found = singletons.volumes(account.find("staging"))
    assert found.state == "wrong"
    assert found.advice == """TF_VAR_regions='["eu-central-1"]' plumb cloud bootstrap"""


def test_what_is_there_is_named_as_terraform_adopts_it(aws: str, staging: Account) -> None:
    adopt(staging)
    assert singletons.existing(boto3.client("iam")) == [singletons.ISSUER, *singletons.SERVICES]
    text = (ROOT / "infrastructure/terraform/stacks/bootstrap/singletons.tf").read_text()
    assert re.findall(r'"([\w.-]+)" += "AWSServiceRole\w+"', text) == list(singletons.SERVICES)
    assert f'issuer = "{singletons.ISSUER}"' in text
