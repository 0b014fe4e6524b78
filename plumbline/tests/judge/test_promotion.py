import json
import sys

import pytest

from plumbline.judge import promotion
from plumbline.judge.promotion import Policy
from plumbline.kernel import jsonfile

CI, PERSON = "automation:ci", "human:ada"


def test_promotes_what_passed_the_gate(workspace):
    workspace.register("a")
    first = promotion.apply(Policy(promote="auto"), workspace.registry, "1", CI)
    workspace.register("b")
    second = promotion.apply(Policy(promote="auto"), workspace.registry, "2", CI)

    assert first.promoted
    assert second.promoted
    assert "It replaces version 1" in second.reason
    assert workspace.registry.aliases.read()["champion"] == "2"


def test_leaves_to_a_person_what_the_policy_leaves_to_a_person(workspace):
    workspace.register("a")
    outcome = promotion.apply(Policy(promote="manual"), workspace.registry, "1", CI)
    assert not outcome.promoted
    assert "plumb release promote 1" in outcome.reason
    assert "champion" not in workspace.registry.aliases.read()


def test_says_which_rule_of_the_gate_refused_a_version(workspace):
    workspace.register("a", verdict="fail")
    outcome = promotion.apply(Policy(promote="auto"), workspace.registry, "1", CI)
    assert not outcome.promoted
    assert "it failed: mae" in outcome.reason


def test_says_that_a_persons_rollback_holds(workspace):
    for number, name in enumerate("abc", start=1):
        workspace.register(name)
        if number < 3:
            workspace.registry.promote(str(number), PERSON)
    workspace.registry.rollback(PERSON, "prices are wrong")
    outcome = promotion.apply(Policy(promote="auto"), workspace.registry, "3", CI)
    assert not outcome.promoted
    assert "prices are wrong" in outcome.reason


def test_says_that_nothing_has_changed(workspace):
    workspace.register("a")
    promotion.apply(Policy(promote="auto"), workspace.registry, "1", CI)
    again = promotion.apply(Policy(promote="auto"), workspace.registry, "1", CI)
    assert not again.promoted
    assert "champion already" in again.reason


@pytest.mark.parametrize(("verdict", "promoted"), [("pass", "true"), ("fail", "false")])
def test_a_run_writes_the_report_and_the_outputs_of_its_step(workspace, monkeypatch, verdict, promoted):
    release = workspace.register("a", verdict=verdict)
    jsonfile.write(workspace.root / ".plumbline/release.json", release)
    (workspace.root / "model/configs").mkdir()
    (workspace.root / "model/configs/promotion.yaml").write_text("promote: auto\n")
    (workspace.root / "model/params.yaml").write_text(json.dumps({"bundle": {"model": "toys"}}))
    monkeypatch.setenv("GITHUB_OUTPUT", str(workspace.root / "output"))
    monkeypatch.setattr(sys, "argv", ["promotion.py"])

    promotion.main()

    written = (workspace.root / "reports/promotion.md").read_text()
    assert written.startswith(f"## toys version 1: {'promoted' if promoted == 'true' else 'not promoted'}\n")
    assert f"| mae | 9 | 5 | {'pass' if verdict == 'pass' else '**fail**'} |" in written
    assert release["bundle_sha256"] in written
    assert (workspace.root / "output").read_text() == f"promoted={promoted}\nversion=1\n"
