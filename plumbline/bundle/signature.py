"""The bundle's signature: OpenSSF model signing by an ECDSA P-256 key, checked without the libraries that make it.

`bundle.sig` is a Sigstore bundle around a DSSE envelope. Its payload, an in-toto statement, lists every file of the
folder but itself with its sha256.

Source: https://github.com/sigstore/model-transparency and https://github.com/secure-systems-lab/dsse (protocol.md).
"""

from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from plumbline.bundle import BundleError
from plumbline.bundle.files import SIGNATURE

_PAYLOAD = "application/vnd.in-toto+json"
_PREDICATE = "https://model_signing/signature/v1.0"
_END = b"-----END PUBLIC KEY-----\n"


class Signed(msgspec.Struct, frozen=True):
    """A signature; JSON holds the bytes in base64."""

    sig: bytes


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """What is signed: its type and its bytes."""

    payload: bytes
    payload_type: str
    signatures: list[Signed]


class SigstoreBundle(msgspec.Struct, frozen=True, rename="camel"):
    """The content of bundle.sig."""

    dsse_envelope: Envelope


class Resource(msgspec.Struct, frozen=True):
    """A signed file."""

    name: str
    algorithm: str
    digest: str


class Predicate(msgspec.Struct, frozen=True):
    """The signed files."""

    resources: list[Resource]


class Statement(msgspec.Struct, frozen=True):
    """The payload."""

    predicate_type: str = msgspec.field(name="predicateType")
    predicate: Predicate


def files(raw: bytes, public_key: Path) -> dict[str, str]:
    """Verify a signature.

    Args:
        raw: The content of bundle.sig.
        public_key: PEM file with one trusted public key, or several while one replaces another.

    Returns:
        The sha256 of each signed file by name.

    Raises:
        BundleError: The file is no signature, or none of the keys made it.
    """
    keys = _read_keys(public_key)
    try:
        envelope = msgspec.json.decode(raw, type=SigstoreBundle).dsse_envelope
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{SIGNATURE} is no signature: {error}") from None
    if envelope.payload_type != _PAYLOAD:
        raise BundleError(f"{SIGNATURE} signs {envelope.payload_type!r}, not {_PAYLOAD!r}")
    if not any(_made_by(key, envelope, item.sig) for key in keys for item in envelope.signatures):
        raise BundleError(f"{SIGNATURE} was not made by a key of {public_key}")
    try:
        statement = msgspec.json.decode(envelope.payload, type=Statement)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{SIGNATURE} signs what is no statement: {error}") from None
    if statement.predicate_type != _PREDICATE:
        raise BundleError(f"{SIGNATURE} states {statement.predicate_type!r}, not {_PREDICATE!r}")
    found = {item.name: item.digest for item in statement.predicate.resources if item.algorithm == "sha256"}
    if len(found) != len(statement.predicate.resources):
        raise BundleError(f"{SIGNATURE} lists a file twice, or by another hash than sha256")
    return found


def _made_by(key: ec.EllipticCurvePublicKey, envelope: Envelope, signature: bytes) -> bool:
    # DSSE's pre-authentication encoding.
    head = f"DSSEv1 {len(_PAYLOAD)} {_PAYLOAD} {len(envelope.payload)} "
    try:
        key.verify(signature, head.encode() + envelope.payload, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _read_keys(path: Path) -> list[ec.EllipticCurvePublicKey]:
    try:
        blocks = [block + _END for block in path.read_bytes().split(_END) if block.strip()]
        keys = [serialization.load_pem_public_key(block) for block in blocks]
    except OSError as error:
        raise BundleError(f"the public key {path} cannot be read: {error.strerror}") from None
    except ValueError:
        raise BundleError(f"{path} is no public key in PEM") from None
    found = [key for key in keys if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)]
    if not found or len(found) < len(keys):
        raise BundleError(f"{path} must hold ECDSA P-256 public keys and nothing else")
    return found
