import contextlib
import shutil

import pytest

from plumbline import tracking
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import anchor, release, signing
from plumbline.registry.registry import Registry

ADA, CI = "human:ada", "automation:ci"


class Dies:
    """The registry's server for a process that dies at its n-th change."""

    def __init__(self, server, changes):
        self._server, self._left = server, changes

    def __getattr__(self, name):
        called = getattr(self._server, name)
        if not name.startswith(("set_", "delete_")):
            return called

        def change(*arguments):
            if self._left == 0:
                raise SystemExit
            self._left -= 1
            return called(*arguments)

        return change


def test_promotes_a_version_and_remembers_the_one_before(workspace):
    workspace.register("a")
    workspace.register("b")
    registry = workspace.registry

    registry.promote("1", CI)
    registry.promote("2", CI, "better on every slice")

    assert registry.aliases.read() == {"champion": "2", "previous": "1"}
    last = registry.ledger.entries()[-1]
    assert (last.event, last.version, last.replaced, last.reason) == ("promoted", "2", "1", "better on every slice")


def test_leaves_the_challenger_that_was_not_promoted(workspace):
    workspace.register("a")
    workspace.register("b")

    workspace.registry.promote("1", CI)

    assert workspace.registry.aliases.read() == {"champion": "1", "challenger": "2"}


def test_promoting_the_champion_again_changes_nothing(workspace):
    workspace.register("a")
    workspace.registry.promote("1", CI)

    assert workspace.registry.promote("1", CI) is None
    assert [entry.event for entry in workspace.registry.ledger.entries()] == ["registered", "promoted"]


def test_refuses_a_version_whose_gate_failed_and_names_the_rule(workspace):
    workspace.register("a", verdict="fail")

    with pytest.raises(PlumblineError, match="version 1 did not pass the gate; it failed: mae"):
        workspace.registry.promote("1", CI)
    assert "champion" not in workspace.registry.aliases.read()


def test_refuses_a_version_that_was_not_gated(workspace):
    workspace.register("a", verdict=None)

    with pytest.raises(PlumblineError, match="no gate report: run `plumb model gate --promotion register`"):
        workspace.registry.promote("1", CI)


def test_refuses_a_version_that_is_not_there(workspace):
    workspace.register("a")

    with pytest.raises(PlumblineError, match="no version '7'; there are: 1"):
        workspace.registry.promote("7", CI)


def test_refuses_a_model_that_nobody_registered(workspace):
    with pytest.raises(PlumblineError, match="run `plumb release register`"):
        workspace.registry.promote("1", CI)


@pytest.mark.parametrize(
    ("name", "message"),
    [("release.json", "not valid"), ("manifest.json", "was altered"), ("bundle.sig", "not signed")],
)
def test_refuses_a_bundle_that_is_not_as_it_was_signed(workspace, name, message):
    released = workspace.register("a")
    file = workspace.store / "toys" / released["bundle_sha256"] / name
    if name == "bundle.sig":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b" ")

    with pytest.raises(PlumblineError, match=message):
        workspace.registry.promote("1", CI)


def test_rolls_back_as_far_as_there_were_champions(workspace):
    for name in ("a", "b", "c"):
        workspace.registry.promote(workspace.register(name)["version"], CI)

    workspace.registry.rollback(CI)
    assert workspace.registry.aliases.read() == {"champion": "2", "previous": "1"}

    workspace.registry.rollback(CI)
    assert workspace.registry.aliases.read() == {"champion": "1"}

    with pytest.raises(PlumblineError, match="no version to roll back to"):
        workspace.registry.rollback(CI)


def test_automation_cannot_undo_a_persons_rollback_until_it_is_released(workspace):
    for name in ("a", "b"):
        workspace.registry.promote(workspace.register(name)["version"], CI)
    workspace.registry.rollback(ADA, "complaints from Somerset")

    with pytest.raises(PlumblineError, match=r"human:ada rolled toys back to version 1 .*complaints from Somerset"):
        workspace.registry.promote("2", CI)
    with pytest.raises(PlumblineError, match="not a person"):
        workspace.registry.release_hold(CI)

    workspace.registry.release_hold(ADA)
    workspace.registry.promote("2", CI)
    assert workspace.registry.aliases.read() == {"champion": "2", "previous": "1"}


def test_a_person_who_repeats_a_rollback_or_its_end_as_after_a_kill_does_it_once(workspace):
    for name in ("a", "b", "c"):
        workspace.registry.promote(workspace.register(name)["version"], CI)

    first = workspace.registry.rollback(ADA, "complaints")
    assert workspace.registry.rollback(ADA, "complaints") == first
    assert workspace.registry.aliases.read()["champion"] == "2"
    workspace.registry.rollback(ADA, "complaints about this one, too")
    assert workspace.registry.aliases.read()["champion"] == "1"

    end = workspace.registry.release_hold(ADA)
    assert workspace.registry.release_hold(ADA) == end
    workspace.registry.promote("3", CI)
    with pytest.raises(PlumblineError, match="nothing holds toys"):
        workspace.registry.release_hold(ADA)


def test_a_rollback_by_automation_holds_nothing(workspace):
    for name in ("a", "b"):
        workspace.registry.promote(workspace.register(name)["version"], CI)
    workspace.registry.rollback(CI, "the canary's error rate")

    assert workspace.registry.promote("2", CI)
    with pytest.raises(PlumblineError, match="nothing holds toys"):
        workspace.registry.release_hold(ADA)


def test_a_rollback_refuses_a_bundle_that_is_gone(workspace):
    first = workspace.register("a")
    workspace.registry.promote("1", CI)
    workspace.registry.promote(workspace.register("b")["version"], CI)
    (workspace.store / "toys" / first["bundle_sha256"] / "manifest.json").unlink()

    with pytest.raises(PlumblineError, match="no released bundle"):
        workspace.registry.rollback(ADA)
    assert workspace.registry.aliases.read()["champion"] == "2"


def test_says_who_has_the_bundle_of_a_version_that_another_clone_built(workspace, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("PLUMBLINE_ACTOR", "human:bob")
        released = workspace.register("a")
    theirs = workspace.store.rename(workspace.root / "theirs")
    key = workspace.root / "bob.pub.pem"
    key.write_bytes(signing.public_key().read_bytes())
    shutil.rmtree(signing.private_key().parent)
    signing.prepare()

    with pytest.raises(PlumblineError, match=rf"human:bob registered it at .*, from commit {released['git_commit']}"):
        workspace.registry.promote("1", ADA)

    theirs.rename(workspace.store)
    with pytest.raises(PlumblineError, match=r"the signature of .* is not valid"):
        workspace.registry.promote("1", ADA)
    monkeypatch.setenv("PLUMBLINE_PUBLIC_KEY", str(key))
    assert workspace.registry.promote("1", ADA).version == "1"


@pytest.mark.parametrize("changes", range(6))
def test_a_move_cut_short_never_leaves_readers_without_a_champion_and_is_completed(workspace, changes):
    for name in ("a", "b"):
        workspace.register(name)
    workspace.registry.promote("1", CI)
    whole = workspace.registry
    dying = Registry("toys", Dies(whole.server, changes), whole.ledger, whole.store)

    with contextlib.suppress(SystemExit):
        dying.promote("2", CI)
    assert whole.aliases.read()["champion"] in {"1", "2"}
    workspace.registry.promote("2", CI)

    assert workspace.registry.aliases.read() == {"champion": "2", "previous": "1"}
    promoted = [entry.version for entry in workspace.registry.ledger.entries() if entry.event == "promoted"]
    assert promoted == ["1", "2"]


def test_records_where_a_version_was_deployed_and_what_it_replaced(workspace):
    for name in ("a", "b"):
        workspace.register(name)

    workspace.registry.deployed("1", "staging", CI)
    workspace.registry.deployed("1", "production", CI)
    entry = workspace.registry.deployed("2", "staging", CI)

    assert (entry.event, entry.environment, entry.version, entry.replaced) == ("deployed", "staging", "2", "1")


def test_a_released_bundle_is_found_under_its_own_hash(workspace):
    released = workspace.register("a")
    folder = workspace.store / "toys" / released["bundle_sha256"]
    folder.rename(folder.with_name("f" * 64))

    with pytest.raises(PlumblineError, match="its folder is named by"):
        release.verify(folder.with_name("f" * 64))


def test_says_in_a_sentence_that_mlflow_does_not_answer(workspace, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    with pytest.raises(PlumblineError, match=r"MLflow at http://127\.0\.0\.1:9 does not answer"):
        tracking.explained(lambda: anchor.open_ledger("toys").entries())()


def test_a_reason_that_is_not_utf8_moves_nothing(workspace):
    workspace.register("a")

    with pytest.raises(PlumblineError, match=r"reason is 'caf.udce9', which is not UTF-8"):
        workspace.registry.promote("1", CI, "caf\udce9")

    assert workspace.registry.aliases.read() == {"challenger": "1"}
    assert workspace.registry.promote("1", CI)


def test_a_rollback_that_died_before_the_aliases_is_completed_and_not_done_twice(workspace):
    for name in ("a", "b", "c"):
        workspace.registry.promote(workspace.register(name)["version"], CI)
    whole = workspace.registry
    with contextlib.suppress(SystemExit):
        Registry("toys", Dies(whole.server, 0), whole.ledger, whole.store).rollback(ADA)
    assert whole.aliases.read()["champion"] == "3"

    assert whole.rollback(ADA).version == "2"

    assert whole.aliases.read() == {"champion": "2", "previous": "1"}
    assert [entry.event for entry in whole.ledger.entries()].count("rolled-back") == 1


def test_a_ledger_that_began_after_its_model_goes_on_from_the_aliases(workspace):
    for name in ("a", "b", "c"):
        workspace.registry.promote(workspace.register(name)["version"], CI)
    workspace.registry.ledger.keeper.path.unlink()
    tracking.client().delete_registered_model_tag("toys", anchor.TAG)

    workspace.registry.rollback(CI)

    assert workspace.registry.aliases.read() == {"champion": "2"}


def test_says_that_the_champion_of_the_ledger_is_gone_and_another_can_be_promoted(workspace):
    for name in ("a", "b"):
        workspace.register(name)
    workspace.registry.promote("1", CI)
    tracking.client().delete_model_version("toys", "1")

    with pytest.raises(PlumblineError, match="the registry holds no such version: `plumb release rollback`, or"):
        workspace.registry.aliases.settle()
    assert workspace.registry.promote("2", CI).replaced == "1"
    assert workspace.registry.aliases.read() == {"champion": "2"}
