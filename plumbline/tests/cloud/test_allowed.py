"""A wrong profile is refused before anything is asked of the account or made in it."""

from pathlib import Path

import pytest

from plumbline.cloud import account, account_checks, allowed, state
from plumbline.cloud.account import Account
from plumbline.kernel.errors import PlumblineError


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A house that may be made in another account only."""
    (tmp_path / "plumbline.toml").write_text('[cloud]\nallowed_account_ids = ["999999999999"]\n')
    monkeypatch.chdir(tmp_path)


def test_credentials_of_another_account_than_the_variable_are_refused(
    aws: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_account_id", "999999999999")
    with pytest.raises(PlumblineError, match="of account 123456789012 and TF_VAR_account_id is 999999999999"):
        account.find("staging")


@pytest.mark.usefixtures("other")
def test_credentials_of_an_account_that_is_not_listed_are_refused(aws: str) -> None:
    with pytest.raises(PlumblineError, match=r"account 123456789012 is none of cloud\.allowed_account_ids"):
        account.find("staging")


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("command", [state.bootstrap, lambda: state.plan("staging"), lambda: state.apply("staging")])
def test_no_command_starts_terraform_in_an_account_that_is_not_listed(
    command: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "terraform"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/called\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TF_VAR_account_id", "123456789012")
    with pytest.raises(PlumblineError, match="account 123456789012 is none of"):
        command()  # type: ignore[operator]
    assert not (tmp_path / "called").exists()


def test_a_house_that_lists_no_account_is_warned(staging: Account) -> None:
    found = account_checks.identity(staging)
    assert (found.state, found.found) == ("warning", "account 123456789012; no account is guarded")
    assert 'allowed_account_ids = ["123456789012"]' in found.advice


def test_a_listed_account_is_no_warning(staging: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plumbline.toml").write_text('[cloud]\nallowed_account_ids = ["123456789012"]\n')
    monkeypatch.chdir(tmp_path)
    assert account_checks.identity(staging).state == "ok"


@pytest.mark.parametrize("value", ["123", "[123456789012]", '["12345678901x"]'])
def test_a_list_of_something_else_is_an_error_of_one_line(value: str, tmp_path: Path) -> None:
    (tmp_path / "plumbline.toml").write_text(f"[cloud]\nallowed_account_ids = {value}\n")
    with pytest.raises(PlumblineError, match=r"cloud\.allowed_account_ids is no"):
        allowed.accounts(tmp_path / "plumbline.toml")
