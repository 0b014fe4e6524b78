"""Key pairs in files that sign with the library, as the registry does: it is its output that is verified."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from model_signing import hashing, signing

from plumbline.bundle.files import SIGNATURE


class Key:
    """A key pair.

    Attributes:
        private: Its PEM file.
        public: That of its public half.
    """

    def __init__(self, folder: Path, name: str, curve: ec.EllipticCurve | None = None) -> None:
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

    def sign(self, folder: Path) -> None:
        """Sign all that lies in a bundle's folder."""
        file = folder / SIGNATURE
        file.unlink(missing_ok=True)
        what = hashing.Config()  # type: ignore[no-untyped-call] # its __init__ alone has no types
        what.set_ignored_paths(paths=[file], ignore_git_paths=False)
        signer = signing.Config()  # type: ignore[no-untyped-call]
        signer.use_elliptic_key_signer(private_key=self.private).set_hashing_config(what).sign(folder, file)
