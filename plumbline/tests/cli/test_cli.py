import json
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.cli import app, page, table
from plumbline.testing.repository import ROOT

HEAVY = {"boto3", "dvc", "mlflow", "pandas", "sklearn"}
COMMANDS = [
    (*([group.name] if group.name else []), command.name) for group in table.GROUPS for command in group.commands
]


def plumb(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plumbline.cli", *words]
    environment = {"PYTHONPATH": str(ROOT), "PATH": str(Path(sys.executable).parent), "MLFLOW_TRACKING_URI": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_help_fits_one_screen_and_names_every_group_that_is_shown(tmp_path: Path) -> None:
    lines = plumb(tmp_path, "--help").stdout.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    words = {line.strip().partition(":")[0] for line in lines}
    for group in table.GROUPS:
        names = {group.name} if group.name else {command.name for command in group.commands}
        assert names <= words if group.shown else not names & words


@pytest.mark.parametrize("words", [["--help"], ["release", "--help"], ["--version"], ["relaese"]])
def test_only_what_runs_is_imported(tmp_path: Path, words: list[str]) -> None:
    code = (
        "import contextlib, json, sys\n"
        "from plumbline.cli import app\n"
        "with contextlib.suppress(Exception): app.run(sys.argv[1:])\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    command = [sys.executable, "-c", code, *words]
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert not loaded & HEAVY
    ours = {name for name in loaded if name.startswith("plumbline.")}
    assert ours <= {"plumbline.cli", "plumbline.cli.app", "plumbline.cli.table"}


def test_modules_of_the_user_hide_none_of_a_library(tmp_path: Path) -> None:
    (tmp_path / "cyclopts.py").write_text("raise SystemExit('not of this clone')\n")
    command = [sys.executable, "-P", "-m", "plumbline.cli", "--version"]
    for modules in (str(tmp_path), f"{tmp_path}:{ROOT}"):
        environment = {"PYTHONPATH": modules}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_has_its_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run([*words, "--help"]) == 0
    usage, *rest = capsys.readouterr().out.splitlines()
    assert usage.startswith(f"Usage: plumb {' '.join(words)}")
    # Whatever can be said is explained.
    options = [line for line in rest if line.startswith("  ")]
    assert [line for line in options if not line.partition(": ")[2].strip(" .")] == []


@pytest.mark.parametrize("command", [command for group in table.GROUPS for command in group.commands])
def test_the_line_of_a_command_is_short(command: table.Command) -> None:
    assert len(f"{command.name}: {command.help}") < 76


def test_no_word_stands_twice() -> None:
    assert len(set(COMMANDS)) == len(COMMANDS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["release", "promote", "3", "--reson", "x"], "Did you mean --reason?"),
        (["release", "promote"], "parameter VERSION requires an argument"),
        (["relaese"], 'Did you mean "release"?'),
        (["release", "promot"], 'Did you mean "promote"?'),
        (["completion", "tcsh"], "Choose from"),
    ],
)
def test_a_wrong_word_is_answered_by_one_line_with_a_hint(tmp_path: Path, words: list[str], message: str) -> None:
    done = plumb(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert "--help` says what there is" in line


def test_what_the_user_can_mend_is_one_line(tmp_path: Path) -> None:
    done = plumb(tmp_path, "release", "lineage")
    assert (done.returncode, done.stderr) == (1, "error: say one of --prediction, --version and --data\n")


def test_a_wrong_setting_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-m", "plumbline.cli", "release", "keys"]
    environment = {"PYTHONPATH": str(ROOT), "PLUMBLINE_LOG_LEVEL": "loud"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "PLUMBLINE_LOG_LEVEL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_taught_the_words(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["completion", shell]) == 0
    script = capsys.readouterr().out
    shown = [group for group in table.GROUPS if group.shown]
    assert all(command.name in script and group.name in script for group in shown for command in group.commands)


def test_the_ledger_can_be_read_by_a_script(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/params.yaml").write_text("bundle: {model: toys}\n")
    assert json.loads(plumb(tmp_path, "release", "history", "--json").stdout) == []
    assert json.loads(plumb(tmp_path, "release", "history", "--json", "--at", "2026-01-31").stdout) == {}


def test_the_page_of_commands_is_that_of_the_table() -> None:
    assert (ROOT / page.PAGE).read_text() == page.markdown(), "run `plumb ci commands`"


def test_what_runs_here_can_be_read_by_a_script(tmp_path: Path) -> None:
    assert json.loads(plumb(tmp_path, "status", "--json").stdout) == {"processes": {}, "release": None}
    assert json.loads(plumb(ROOT, "hashes", "--json").stdout).keys() >= {"data/preprocessor.joblib"}
