import base64
import hashlib
import json
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from plumbline.bundle import BundleError, reading, signature
from plumbline.bundle.files import SIGNATURE
from plumbline.testing.keys import Key
from plumbline.tests.bundle.conftest import seal

HUGE = 1 << 32  # a hole in a file: no disk, but memory if it were read


@pytest.fixture
def folder(folder, key):
    key.sign(folder)
    return folder


def load(folder, key):
    return reading.read(folder, "", key.public)


def rewrite(folder, change):
    """Change the content of bundle.sig."""
    content = json.loads((folder / SIGNATURE).read_text())
    change(content)
    (folder / SIGNATURE).write_text(json.dumps(content))


def test_loads_what_the_library_signed(folder, key):
    assert load(folder, key).version == "3"


def test_gives_the_hash_of_every_file_but_the_signature(folder, key):
    signed = signature.files((folder / SIGNATURE).read_bytes(), key.public)

    expected = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del expected[SIGNATURE]
    assert signed == expected


def test_refuses_an_unsigned_bundle(folder, key):
    (folder / SIGNATURE).unlink()

    with pytest.raises(BundleError, match=r"not signed: it has no bundle\.sig"):
        load(folder, key)


def test_refuses_a_bundle_signed_by_another_key(folder, key, tmp_path):
    Key(tmp_path, "theirs").sign(folder)

    with pytest.raises(BundleError, match=r"was not made by a key of .*ours\.pub\.pem"):
        load(folder, key)


def test_accepts_either_key_while_one_replaces_the_other(folder, key, tmp_path):
    newer = Key(tmp_path, "newer")
    key.public.write_bytes(newer.public.read_bytes() + key.public.read_bytes())

    assert load(folder, key)
    newer.sign(folder)
    assert load(folder, key)


def test_refuses_a_bundle_that_was_changed_and_sealed_anew(folder, key):
    (folder / "golden.json").write_text((folder / "golden.json").read_text() + " ")
    (folder / SIGNATURE).rename(folder.parent / "kept.sig")
    (folder / "release.json").unlink()
    seal(folder)
    shutil.move(folder.parent / "kept.sig", folder / SIGNATURE)

    with pytest.raises(BundleError, match=r"other files than were signed: release\.json"):
        load(folder, key)


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json", "release.json"])
def test_looks_at_nothing_of_a_file_that_is_not_as_it_was_signed(folder, key, name):
    size = (folder / name).stat().st_size  # another one is refused before the file is read
    (folder / name).write_bytes(b"{ neither JSON nor ONNX".ljust(size)[:size])

    with pytest.raises(BundleError, match=f"{name} is not as it was signed"):
        load(folder, key)


@pytest.mark.parametrize("name", ["release.json", "provenance.json"])
def test_refuses_a_file_that_came_or_went_after_the_signature(folder, key, name):
    if (folder / name).exists():
        (folder / name).unlink()
    else:
        (folder / name).write_text("{}")

    with pytest.raises(BundleError, match=f"other files than were signed: {name}"):
        load(folder, key)


def test_refuses_every_flipped_bit_of_the_signed_statement(folder, key):
    whole = json.loads((folder / SIGNATURE).read_text())
    payload = base64.b64decode(whole["dsseEnvelope"]["payload"])
    for position in range(len(payload)):
        flipped = bytearray(payload)
        flipped[position] ^= 1
        whole["dsseEnvelope"]["payload"] = base64.b64encode(flipped).decode()
        with pytest.raises(BundleError, match="was not made by a key"):
            signature.files(json.dumps(whole).encode(), key.public)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"dsseEnvelope": {"payload": "%"}}', b"[" * 100_000])
def test_refuses_what_is_no_signature(raw, key):
    with pytest.raises(BundleError, match="is no signature"):
        signature.files(raw, key.public)


def test_refuses_a_signature_of_something_else(folder, key):
    rewrite(folder, lambda content: content["dsseEnvelope"].update(payloadType="text/plain"))

    with pytest.raises(BundleError, match="signs 'text/plain'"):
        load(folder, key)


def test_refuses_an_envelope_without_signatures(folder, key):
    rewrite(folder, lambda content: content["dsseEnvelope"].update(signatures=[]))

    with pytest.raises(BundleError, match="was not made by a key"):
        load(folder, key)


def test_says_what_is_wrong_with_the_public_key(folder, key, tmp_path):
    raw = (folder / SIGNATURE).read_bytes()
    with pytest.raises(BundleError, match="cannot be read: No such file"):
        signature.files(raw, tmp_path / "absent.pem")
    with pytest.raises(BundleError, match="is no public key in PEM"):
        signature.files(raw, key.private)
    with pytest.raises(BundleError, match="must hold ECDSA P-256 public keys"):
        signature.files(raw, Key(tmp_path, "larger", ec.SECP384R1()).public)
    key.public.write_bytes(b"")
    with pytest.raises(BundleError, match="must hold ECDSA P-256 public keys"):
        signature.files(raw, key.public)


@pytest.mark.parametrize("name", ["bundle.sig", "manifest.json"])
def test_reads_no_signature_and_no_manifest_that_is_too_large(folder, key, name):
    with (folder / name).open("ab") as file:
        file.truncate(HUGE)

    with pytest.raises(BundleError, match=f"{name} has {HUGE} bytes; at most"):
        load(folder, key)


def test_refuses_a_file_of_another_size_before_it_is_read(folder, key):
    with (folder / "model.onnx").open("ab") as file:
        file.truncate(HUGE)

    with pytest.raises(BundleError, match=rf"model\.onnx has {HUGE} bytes; manifest\.json says"):
        load(folder, key)
