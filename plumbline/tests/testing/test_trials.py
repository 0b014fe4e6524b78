"""A tool that is present and does not work is told from one that works."""

import shutil
from pathlib import Path

import pytest

from plumbline.testing import trials
from plumbline.testing.trials import TOOLS, UnusableError

COMMANDS = {
    "terraform": "terraform",
    "tflint": "tflint",
    "kustomize": "kubectl",
    "helm": "helm",
    "actionlint": "actionlint",
    "act": "act",
    "promtool": "promtool",
    "chromium": "chromium",
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder of commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str, script: str) -> None:
    command = folder / name
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)


@pytest.mark.parametrize("tool", COMMANDS)
def test_what_is_absent_is_not_installed(path: Path, tool: str) -> None:
    with pytest.raises(UnusableError, match="it is not installed"):
        TOOLS[tool].trial()


@pytest.mark.parametrize("tool", [name for name in COMMANDS if name != "chromium"])
def test_what_is_present_and_fails_is_unusable_in_its_own_words(path: Path, tool: str) -> None:
    install(path, COMMANDS[tool], "echo 'the floor is lava' >&2; exit 3")
    with pytest.raises(UnusableError, match="the floor is lava"):
        TOOLS[tool].trial()


@pytest.mark.parametrize(
    "words",
    [
        "Error: Failed to query available provider packages",
        "Error: Invalid provider registry host: could not connect to registry",
    ],
)
def test_a_terraform_without_its_registry_says_so(path: Path, words: str) -> None:
    install(path, "terraform", f"test $1 != init || {{ echo '│ {words}' >&2; exit 1; }}")
    with pytest.raises(UnusableError, match=r"^its registry cannot be reached$"):
        TOOLS["terraform"].trial()


def test_a_program_of_another_machine_cannot_be_started(path: Path) -> None:
    (path / "helm").write_bytes(b"\x7fELF of another machine")
    (path / "helm").chmod(0o755)
    with pytest.raises(UnusableError, match="it cannot be started"):
        TOOLS["helm"].trial()


def test_what_does_not_end_is_unusable(path: Path) -> None:
    sleep = shutil.which("sleep", path="/usr/bin:/bin")
    with pytest.raises(UnusableError, match="it did not end in 0 s"):
        trials.attempt([str(sleep), "60"], seconds=0.01)


def test_a_chromium_that_cannot_start_is_unusable(path: Path) -> None:
    install(path, "chromium", "exit 1")
    with pytest.raises(UnusableError, match="it does not start"):
        TOOLS["chromium"].trial()


def test_a_database_for_which_there_is_no_user_is_unusable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def absent(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", absent)
    with pytest.raises(UnusableError, match="there is no user nobody"):
        trials.unprivileged(tmp_path)


def test_an_environment_that_is_not_made_is_unusable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(trials, "CHECKOV", tmp_path / "checkov")
    with pytest.raises(UnusableError, match="its environment is not made"):
        TOOLS["checkov"].trial()


def test_schemas_that_were_not_fetched_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("plumbline.testing.schemas.FOLDER", tmp_path)
    with pytest.raises(UnusableError, match=r"\d+ of them are not fetched, such as swagger.json"):
        TOOLS["schemas"].trial()


def test_a_cluster_that_nobody_named_is_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    with pytest.raises(UnusableError, match="KUBECONFIG names none"):
        TOOLS["cluster"].trial()
