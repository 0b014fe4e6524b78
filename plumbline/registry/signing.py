"""Sign bundles and verify them, by OpenSSF model signing with an ECDSA P-256 key (docs/security.md).

`PLUMBLINE_SIGNING_KEY` and `PLUMBLINE_PUBLIC_KEY` name other key files than those that `plumb release keys` creates.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from plumbline.bundle.files import SIGNATURE
from plumbline.kernel import log
from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole
from plumbline.registry import team

if TYPE_CHECKING:
    from model_signing import hashing

# model_signing is imported where it is used: with Sigstore's client it takes half a second.
_PRIVATE = Path(".plumbline/keys/signing.pem")
_PUBLIC = Path(".plumbline/keys/signing.pub.pem")
_END = "-----END PUBLIC KEY-----\n"


def private_key() -> Path:
    """Name the file of the key that signs."""
    return Path(settings().signing_key or _PRIVATE)


def public_key() -> Path:
    """Name the file of the keys that are trusted: one PEM block, or several while a key is replaced by the next."""
    return team.read().public_key or _PUBLIC


def create_key(private: Path) -> bool:
    """Create a private key unless there is one: PEM (PKCS #8, not encrypted), readable by its owner alone.

    Returns:
        Whether it was created.
    """
    if private.exists():
        return False
    private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret)
    return True


def accept(private: Path, public: Path) -> None:
    """Put the public half of a key first in the file of trusted keys, unless it is in there.

    A key that was trusted before stays so: what it signed can still be verified.

    Raises:
        PlumblineError: The key cannot be used.
    """
    if not trusted(private, public):
        known = public.read_bytes() if public.exists() else b""
        with whole(public) as partial:
            partial.write_bytes(_public_half(private) + known)


def prepare() -> bool:
    """Make sure of a key that signs; a clone that shares no trusted keys makes one. Tell whether it was created.

    Raises:
        PlumblineError: `PLUMBLINE_SIGNING_KEY` names a file that is not there or is no key, or the key is not one of
            those that the team trusts.
    """
    given = team.read().public_key
    created = False if given else _create()
    if not given:
        accept(private_key(), public_key())
    elif not private_key().exists() or not trusted(private_key(), given):
        raise PlumblineError(
            f"the key {private_key()} is not one that {given} names, so nobody would trust what it signs: let"
            " PLUMBLINE_SIGNING_KEY name the team's, or run `plumb release keys --trust` and have the change reviewed"
        )
    return created


def trusted(private: Path, public: Path) -> bool:
    """Tell whether the public half of a key is in a file of trusted keys.

    Raises:
        PlumblineError: The key cannot be used.
    """
    return public.exists() and _public_half(private) in public.read_bytes()


def _create() -> bool:
    private = private_key()
    if settings().signing_key and not private.exists():
        raise PlumblineError(f"PLUMBLINE_SIGNING_KEY names {private}, which does not exist")
    return create_key(private)


def sign(folder: Path, private: Path) -> None:
    """Write `folder/bundle.sig`, which covers every other file of the folder.

    Raises:
        PlumblineError: The key cannot be used.
    """
    from model_signing import signing

    folder = folder.resolve()  # the library compares paths as they are written
    signature = folder / SIGNATURE
    _public_half(private)
    signer = signing.Config()  # type: ignore[no-untyped-call] # its __init__ alone has no types
    signer.use_elliptic_key_signer(private_key=private)
    signature.unlink(missing_ok=True)
    signer.set_hashing_config(_all_but(signature)).sign(folder, signature)


def verify(folder: Path, public: Path) -> None:
    """Verify `folder/bundle.sig` by one of the trusted keys.

    Raises:
        PlumblineError: The folder is not signed, not by a trusted key, or not as it was signed.
    """
    if not (folder / SIGNATURE).is_file():
        raise PlumblineError(f"{folder} is not signed: `plumb release register` signs it")
    try:
        keys = [block + _END for block in public.read_text(encoding="utf-8").split(_END) if block.strip()]
    except FileNotFoundError:
        raise PlumblineError(
            f"there is no public key at {public}: `plumb release keys` makes one, PLUMBLINE_PUBLIC_KEY names another"
        ) from None
    faults = [_fault(folder, key) for key in keys]
    if None not in faults:
        why = "; ".join(sorted({str(fault) for fault in faults})) or f"{public} holds no key"
        raise PlumblineError(f"the signature of {folder} is not valid: {why}")


def made_by(folder: Path, private: Path) -> bool:
    """Tell whether `folder/bundle.sig` names the public half of a key as the one that made it.

    Raises:
        PlumblineError: The key cannot be used.
    """
    # The library's form of a key's name, in a Sigstore bundle's `verificationMaterial`.
    hint = hashlib.sha256(_public_half(private)).hexdigest()
    return hint in (folder / SIGNATURE).read_text(encoding="utf-8")


def _public_half(private: Path) -> bytes:
    try:
        key = serialization.load_pem_private_key(private.read_bytes(), None)
    except FileNotFoundError:
        raise PlumblineError(
            f"there is no signing key at {private}: `plumb release keys` makes one, PLUMBLINE_SIGNING_KEY names another"
        ) from None
    except (ValueError, TypeError) as error:
        raise PlumblineError(f"the signing key {private} cannot be used: {error}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise PlumblineError(f"the signing key {private} is no ECDSA P-256 key")
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _fault(folder: Path, key: str) -> str | None:
    from model_signing import verifying

    folder = folder.resolve()
    signature = folder / SIGNATURE
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(key)
        file.flush()
        try:
            verifier = verifying.Config()  # type: ignore[no-untyped-call]
            verifier.use_elliptic_key_verifier(public_key=file.name)
            # Our own hashing configuration, so that the signature does not decide what it leaves out.
            verifier.set_hashing_config(_all_but(signature)).verify(folder, signature)
        except InvalidSignature:
            return "it was not made by the key that it names"
        except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
            return " ".join(str(error).split()) or type(error).__name__
    return None


def _all_but(signature: Path) -> "hashing.Config":
    from model_signing import hashing

    config = hashing.Config()  # type: ignore[no-untyped-call]
    return config.set_ignored_paths(paths=[signature], ignore_git_paths=False)


def main(*, trust: bool = False) -> None:
    """Create the key pair that signs bundles, unless there is one.

    Args:
        trust: Put its public half into the file of keys that the team trusts, for a commit that is reviewed.
    """
    created = _create()
    if trust or not team.read().public_key:
        accept(private_key(), public_key())
    logger = log.get("keys")
    logger.info("created" if created else "there already", private=str(private_key()), public=str(public_key()))
