"""The retraining's last steps, killed by SIGKILL before each change that they make."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from plumbline.kernel import hashing
from plumbline.testing.repository import ROOT


def killed_until_done(module: str, *arguments: str) -> int:
    """Run a script, killed one change later each time; tell how many runs were killed before one came through."""
    command = [sys.executable, str(ROOT / "plumbline/tests/registry/killing.py"), module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[-1])


def told(workspace, event: str) -> list[str]:
    return [entry.version for entry in workspace.registry.ledger.entries() if entry.event == event]


@pytest.mark.slow
def test_a_registration_killed_at_every_change_is_finished_once(workspace):
    bundle = workspace.build("a")
    sha256 = hashing.digest(bundle / "manifest.json")
    workspace.write_gate(sha256, "pass")

    assert killed_until_done("plumbline.registry.register", "main") > 5

    assert list(workspace.registry.versions()) == ["1"]
    assert told(workspace, "registered") == ["1"]
    assert json.loads(Path(".plumbline/release.json").read_text())["bundle_sha256"] == sha256
    assert workspace.registry.promote("1", "automation:ci")


@pytest.mark.slow
def test_a_promotion_killed_at_every_change_is_finished_once(workspace):
    workspace.registry.promote(workspace.register("a")["version"], "automation:ci")
    workspace.register("b")
    Path("model/params.yaml").write_text("bundle: {model: toys}\n")

    assert killed_until_done("plumbline.registry.commands", "promote", "2") > 5

    assert workspace.registry.aliases.read() == {"champion": "2", "previous": "1"}
    assert told(workspace, "promoted") == ["1", "2"]
