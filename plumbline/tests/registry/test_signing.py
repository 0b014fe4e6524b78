import base64
import json
import stat

import pytest

from plumbline.bundle.files import SIGNATURE
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import signing


def create(folder, name):
    private, public = folder / f"{name}/signing.pem", folder / f"{name}/signing.pub.pem"
    signing.create_key(private)
    signing.accept(private, public)
    return private, public


@pytest.fixture
def keys(tmp_path):
    return create(tmp_path, "ours")


@pytest.fixture
def folder(tmp_path, keys):
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"weights")
    (folder / "manifest.json").write_text("{}")
    signing.sign(folder, keys[0])
    return folder


def test_verifies_what_it_signed(folder, keys):
    signing.verify(folder, keys[1])


def test_signs_in_a_folder_that_is_named_relative_to_the_working_directory(folder, keys, monkeypatch):
    monkeypatch.chdir(folder.parent)
    relative = folder.relative_to(folder.parent)
    signing.sign(relative, keys[0])

    signing.verify(relative, keys[1])


def test_names_no_path_of_this_machine(folder):
    envelope = json.loads((folder / SIGNATURE).read_text())["dsseEnvelope"]

    assert str(folder.parent).encode() not in base64.b64decode(envelope["payload"])


def test_the_private_key_is_readable_by_its_owner_alone(keys):
    assert stat.S_IMODE(keys[0].stat().st_mode) == 0o600


def test_keeps_the_key_that_is_there(keys):
    before = [key.read_bytes() for key in keys]

    assert not signing.create_key(keys[0])
    signing.accept(*keys)
    assert [key.read_bytes() for key in keys] == before


def test_a_replaced_key_still_verifies_what_it_signed(folder, keys):
    keys[0].unlink()
    signing.create_key(keys[0])
    signing.accept(*keys)

    signing.verify(folder, keys[1])
    signing.sign(folder, keys[0])
    signing.verify(folder, keys[1])


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json", SIGNATURE])
def test_finds_an_altered_file(folder, keys, name):
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)

    with pytest.raises(PlumblineError, match="is not valid"):
        signing.verify(folder, keys[1])


def test_finds_an_added_file(folder, keys):
    (folder / ".gitignore").write_text("")

    with pytest.raises(PlumblineError, match="Extra files"):
        signing.verify(folder, keys[1])


def test_finds_a_missing_file(folder, keys):
    (folder / "model.onnx").unlink()

    with pytest.raises(PlumblineError, match="Missing files"):
        signing.verify(folder, keys[1])


def test_refuses_a_signature_by_another_key(folder, keys, tmp_path):
    other, _ = create(tmp_path, "theirs")
    signing.sign(folder, other)

    with pytest.raises(PlumblineError, match="Key mismatch"):
        signing.verify(folder, keys[1])


def test_refuses_a_signature_that_claims_to_be_by_our_key(folder, keys, tmp_path):
    hint = json.loads((folder / SIGNATURE).read_text())["verificationMaterial"]
    other, _ = create(tmp_path, "theirs")
    signing.sign(folder, other)
    forged = json.loads((folder / SIGNATURE).read_text()) | {"verificationMaterial": hint}
    (folder / SIGNATURE).write_text(json.dumps(forged))

    with pytest.raises(PlumblineError, match="was not made by the key that it names"):
        signing.verify(folder, keys[1])


def test_refuses_what_is_not_signed(folder, keys):
    (folder / SIGNATURE).unlink()

    with pytest.raises(PlumblineError, match="is not signed: `plumb release register` signs it"):
        signing.verify(folder, keys[1])


def test_says_how_to_mend_an_absent_or_broken_key(folder, keys, tmp_path):
    with pytest.raises(PlumblineError, match="`plumb release keys` makes one"):
        signing.sign(folder, tmp_path / "absent.pem")
    with pytest.raises(PlumblineError, match="`plumb release keys` makes one"):
        signing.verify(folder, tmp_path / "absent.pem")
    keys[0].write_text("no key")
    with pytest.raises(PlumblineError, match="cannot be used"):
        signing.sign(folder, keys[0])


def test_says_whose_key_signed(folder, keys, tmp_path):
    assert signing.made_by(folder, keys[0])
    assert not signing.made_by(folder, create(tmp_path, "theirs")[0])


def test_a_key_given_by_the_environment_is_trusted_and_never_created(tmp_path, keys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBLINE_PUBLIC_KEY", raising=False)
    monkeypatch.setenv("PLUMBLINE_SIGNING_KEY", str(keys[0]))
    assert not signing.prepare()
    assert signing.public_key().read_bytes() == keys[1].read_bytes()

    monkeypatch.setenv("PLUMBLINE_SIGNING_KEY", "absent.pem")
    with pytest.raises(PlumblineError, match=r"names absent\.pem, which does not exist"):
        signing.prepare()


def test_a_list_of_trusted_keys_given_by_the_environment_is_left_alone(tmp_path, keys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBLINE_SIGNING_KEY", raising=False)
    monkeypatch.setenv("PLUMBLINE_PUBLIC_KEY", str(keys[1]))
    before = keys[1].read_bytes()

    with pytest.raises(PlumblineError, match=r"signing\.pem is not one that .* names.*PLUMBLINE_SIGNING_KEY"):
        signing.prepare()
    assert keys[1].read_bytes() == before
