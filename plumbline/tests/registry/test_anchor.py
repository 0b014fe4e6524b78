import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import anchor


def test_the_registry_remembers_the_newest_entry(workspace):
    workspace.register("a")
    workspace.register("b")

    newest = workspace.registry.ledger.entries()[-1]
    assert anchor.RegistryAnchor(workspace.registry.server).read() == [(2, newest.sha256)]


def test_the_registry_finds_a_ledger_that_was_cut_off(workspace):
    workspace.register("a")
    workspace.registry.ledger.file.write_bytes(b"")

    with pytest.raises(PlumblineError, match="the model registry has seen line 1"):
        workspace.register("b")


def test_finds_a_tag_that_was_edited(workspace):
    workspace.register("a")
    workspace.registry.server.set_registered_model_tag("toys", anchor.TAG, "0")

    with pytest.raises(PlumblineError, match="ledger_head of a registered model is not as it was written: 0"):
        workspace.registry.ledger.entries()
