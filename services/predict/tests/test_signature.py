import base64
import hashlib
import json
import shutil

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing

from services.common.tests import toy
from services.common.tests.running import Running
from services.predict.app import bundle, model, signature
from services.predict.app.bundle import BundleError


class Key:
    """A key pair in files."""

    def __init__(self, folder, name, curve=None):
        key = ec.generate_private_key(curve or ec.SECP256R1())
        self.private, self.public = folder / f"{name}.pem", folder / f"{name}.pub.pem"
        self.private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.public.write_bytes(
            key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

    def sign(self, folder):
        """Sign as the model room does: with the library, so that it is its output that is verified."""
        file = folder / signature.FILE
        file.unlink(missing_ok=True)
        what = hashing.Config().set_ignored_paths(paths=[file], ignore_git_paths=False)
        signing.Config().use_elliptic_key_signer(private_key=self.private).set_hashing_config(what).sign(folder, file)


@pytest.fixture
def key(tmp_path):
    return Key(tmp_path, "ours")


@pytest.fixture
def folder(tmp_path, key):
    toy.build(tmp_path / "bundle", toy.PLANTS)
    key.sign(tmp_path / "bundle")
    return tmp_path / "bundle"


def load(folder, key):
    return model.load(folder, "", max_rows=10, public_key=key.public)


def rewrite(folder, change):
    """Change the content of bundle.sig."""
    content = json.loads((folder / signature.FILE).read_text())
    change(content)
    (folder / signature.FILE).write_text(json.dumps(content))


def test_loads_what_the_library_signed(folder, key):
    assert load(folder, key).identity.version == "3"


def test_gives_the_hash_of_every_file_but_the_signature(folder, key):
    signed = signature.files((folder / signature.FILE).read_bytes(), key.public)

    expected = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    del expected[signature.FILE]
    assert signed == expected


def test_refuses_an_unsigned_bundle(folder, key):
    (folder / signature.FILE).unlink()

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
    (folder / signature.FILE).rename(folder.parent / "kept.sig")
    (folder / "release.json").unlink()
    toy.seal(folder)
    shutil.move(folder.parent / "kept.sig", folder / signature.FILE)

    with pytest.raises(BundleError, match=r"other files than were signed: release\.json"):
        load(folder, key)


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json", "release.json"])
def test_looks_at_nothing_of_a_file_that_is_not_as_it_was_signed(folder, key, name):
    (folder / name).write_bytes(b"{ neither JSON nor ONNX")

    with pytest.raises(BundleError, match=f"{name} is not as it was signed"):
        bundle.read(folder, "", key.public)


@pytest.mark.parametrize("name", ["release.json", "provenance.json"])
def test_refuses_a_file_that_came_or_went_after_the_signature(folder, key, name):
    if (folder / name).exists():
        (folder / name).unlink()
    else:
        (folder / name).write_text("{}")

    with pytest.raises(BundleError, match=f"other files than were signed: {name}"):
        load(folder, key)


def test_refuses_every_flipped_bit_of_the_signed_statement(folder, key):
    whole = json.loads((folder / signature.FILE).read_text())
    payload = base64.b64decode(whole["dsseEnvelope"]["payload"])
    for position in range(len(payload)):
        flipped = bytearray(payload)
        flipped[position] ^= 1
        whole["dsseEnvelope"]["payload"] = base64.b64encode(flipped).decode()
        with pytest.raises(signature.SignatureError, match="was not made by a key"):
            signature.files(json.dumps(whole).encode(), key.public)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"dsseEnvelope": {"payload": "%"}}', b"[" * 100_000])
def test_refuses_what_is_no_signature(raw, key):
    with pytest.raises(signature.SignatureError, match="is no signature"):
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
    raw = (folder / signature.FILE).read_bytes()
    with pytest.raises(signature.SignatureError, match="cannot be read: No such file"):
        signature.files(raw, tmp_path / "absent.pem")
    with pytest.raises(signature.SignatureError, match="is no public key in PEM"):
        signature.files(raw, key.private)
    with pytest.raises(signature.SignatureError, match="must hold ECDSA P-256 public keys"):
        signature.files(raw, Key(tmp_path, "larger", ec.SECP384R1()).public)
    key.public.write_bytes(b"")
    with pytest.raises(signature.SignatureError, match="must hold ECDSA P-256 public keys"):
        signature.files(raw, key.public)


@pytest.mark.parametrize("spoil", ["unsigned", "signed by another key"])
def test_the_service_stays_unready_and_says_why(folder, key, tmp_path, spoil):
    if spoil == "unsigned":
        (folder / signature.FILE).unlink()
    else:
        Key(tmp_path, "theirs").sign(folder)
    settings = {"bundle_uri": folder, "allow_any_bundle": "true", "public_key": key.public, "retry_seconds": 0.1}
    with Running("predict", tmp_path / "log", wait_for="/livez", **settings) as service:
        reason = "not signed" if spoil == "unsigned" else "was not made by a key"
        service.wait("/readyz", 503, said=reason)

        key.sign(folder)
        service.wait("/readyz")
