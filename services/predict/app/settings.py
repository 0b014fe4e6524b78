"""The settings of the predict service: environment variables that start with PREDICT_."""

from services.common.server import ServerSettings

PREFIX = "PREDICT_"


class Settings(ServerSettings, frozen=True, kw_only=True):
    """See README.md for what each one is for.

    Attributes:
        bundle_uri: Folder of the bundle: a path, `file:` or `s3:` URI.
        bundle_sha256: sha256 of the bundle's manifest.json.
        variants_file: JSON file that names several bundles and is watched for changes.
        allow_any_bundle: Whether a bundle is accepted without a sha256 to compare it with.
        public_key: PEM file of the keys that may have signed a bundle.
        allow_unsigned: Whether a bundle is accepted without a look at its signature.
        reload_seconds: How often the variants file is looked at.
        retry_seconds: How long to wait before a bundle that was refused is tried again.
    """

    port: int = 8001
    bundle_uri: str = ""
    bundle_sha256: str = ""
    variants_file: str = ""
    allow_any_bundle: bool = False
    public_key: str = ""
    allow_unsigned: bool = False
    reload_seconds: float = 1.0
    retry_seconds: float = 10.0

    def __post_init__(self) -> None:
        """Refuse settings that contradict one another."""
        super().__post_init__()
        if bool(self.bundle_uri) == bool(self.variants_file):
            raise ValueError("set either PREDICT_BUNDLE_URI or PREDICT_VARIANTS_FILE")
        if self.bundle_uri and not self.bundle_sha256 and not self.allow_any_bundle:
            raise ValueError(
                "PREDICT_BUNDLE_SHA256 is not set: give the sha256 of the bundle's manifest.json, "
                "or accept any bundle with PREDICT_ALLOW_ANY_BUNDLE=true"
            )
        if bool(self.public_key) == self.allow_unsigned:
            raise ValueError(
                "set either PREDICT_PUBLIC_KEY, a PEM file of the keys that may have signed a bundle, "
                "or PREDICT_ALLOW_UNSIGNED=true for local work"
            )
