"""The evaluation of policies that the other tests rely on."""

import pytest

from infrastructure.tests.terraform.iam import allows

READ = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::b/*"}
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::b/*"]}
THROUGH = {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": "k",
    "Condition": {"StringEquals": {"kms:Via": "s3"}},
}


def test_what_nobody_allows_is_denied_and_a_deny_wins() -> None:
    assert allows({"Statement": [READ]}, "s3:GetObject", "arn:aws:s3:::b/x")
    assert not allows({"Statement": [READ]}, "s3:PutObject", "arn:aws:s3:::b/x")
    assert not allows({"Statement": [READ]}, "s3:GetObject", "arn:aws:s3:::other/x")
    assert not allows({"Statement": [READ, DENY]}, "s3:GetObject", "arn:aws:s3:::b/x")


def test_a_condition_holds_only_with_its_key() -> None:
    assert allows({"Statement": [THROUGH]}, "kms:Decrypt", "k", kms__Via="s3")
    assert not allows({"Statement": [THROUGH]}, "kms:Decrypt", "k", kms__Via="ec2")
    assert not allows({"Statement": [THROUGH]}, "kms:Decrypt", "k")


def test_an_operator_that_is_not_known_is_no_answer() -> None:
    statement = THROUGH | {"Condition": {"StringLike": {"kms:Via": "s*"}}}
    with pytest.raises(NotImplementedError, match="StringLike"):
        allows({"Statement": [statement]}, "kms:Decrypt", "k", kms__Via="s3")
