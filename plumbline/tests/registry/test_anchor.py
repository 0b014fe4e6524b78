import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import anchor
from plumbline.registry.head import Head
from plumbline.registry.ledger import Fact

ADA = "human:ada"


@pytest.fixture
def crowded(workspace):
    """A registry with more models of other teams than a page holds, all of them before `toys`."""
    for number in range(101):
        tags = {anchor.TAG: f"{number + 1}:{'a' * 64}:{'b' * 64}"}
        workspace.registry.server.create_registered_model(f"flats-{number}", tags)
    return workspace


@pytest.fixture
def other_house(workspace, monkeypatch):
    """The ledger of another team on the same server, which tells of its model `flats`."""
    with monkeypatch.context() as there:
        there.setenv("PLUMBLINE_LEDGER", str(workspace.root / "elsewhere/ledger.jsonl"))
        book = anchor.open_ledger("flats")
    workspace.registry.server.create_registered_model("flats")
    return book


def test_the_registry_remembers_the_newest_entry(workspace):
    workspace.register("a")
    workspace.register("b")

    first, newest = workspace.registry.ledger.entries()
    assert anchor.RegistryAnchor(workspace.registry.server).read() == [Head("toys", 2, newest.sha256, first.sha256)]


def test_the_registry_finds_a_ledger_that_was_cut_off(workspace):
    workspace.register("a")
    workspace.registry.ledger.keeper.path.write_bytes(b"")

    with pytest.raises(PlumblineError, match="the model registry has seen line 1"):
        workspace.register("b")


def test_finds_an_emptied_ledger_among_more_models_than_a_page_holds(crowded):
    crowded.register("a")
    crowded.registry.promote("1", ADA)
    assert len(crowded.registry.ledger.entries()) == 2
    crowded.registry.ledger.keeper.path.write_bytes(b"")

    with pytest.raises(PlumblineError, match="the model registry has seen line 2, about toys: lines were removed"):
        crowded.registry.ledger.entries()


def test_two_houses_on_one_server_do_not_see_each_other(workspace, other_house):
    workspace.register("a")
    workspace.register("b")
    other_house.append(Fact(event="registered", actor="human:bob", model="flats", version="1"))

    assert workspace.registry.promote("2", ADA).number == 3
    assert [entry.number for entry in other_house.entries()] == [1]
    other_house.keeper.path.unlink()
    with pytest.raises(PlumblineError, match="seen line 1, about flats"):
        other_house.entries()
    assert len(workspace.registry.ledger.entries()) == 3


def test_takes_up_a_tag_without_the_ledgers_identity(workspace):
    workspace.register("a")
    (entry,) = workspace.registry.ledger.entries()
    workspace.registry.server.set_registered_model_tag("toys", anchor.TAG, f"1:{entry.sha256}")

    workspace.registry.promote("1", ADA)

    tag = workspace.registry.server.get_registered_model("toys").tags[anchor.TAG]
    assert tag.startswith("2:")
    assert tag.endswith(entry.sha256)


@pytest.mark.parametrize("edited", ["0", "", f"1:{'a' * 64}:b"])
def test_finds_a_tag_that_was_edited(workspace, edited):
    workspace.register("a")
    workspace.registry.server.set_registered_model_tag("toys", anchor.TAG, edited)

    with pytest.raises(PlumblineError, match=f"ledger_head of the registered model toys is not as it was.*: {edited}$"):
        workspace.registry.ledger.entries()
