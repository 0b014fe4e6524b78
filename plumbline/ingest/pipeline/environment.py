"""What the data pipeline takes from the environment: the keys of the secrets, under their own names."""

import os
from collections.abc import Mapping

from plumbline.kernel.config import Strict, parse


class Environment(Strict):
    """The variables that the data pipeline reads; boto3 reads those of the credentials itself.

    Attributes:
        AWS_S3_ENDPOINT: URL of an S3 server other than Amazon's.
        AWS_S3_BUCKET: The bucket of the DVC remote and the quarantine; the remote in `.dvc/config` is kept if unset.
        GIT_USERNAME: Who pushes over HTTPS.
        GIT_PASSWORD: Their password or token.
        NAMESPACE: Namespace of the pod.
    """

    AWS_S3_ENDPOINT: str | None = None
    AWS_S3_BUCKET: str | None = None
    GIT_USERNAME: str | None = None
    GIT_PASSWORD: str | None = None
    NAMESPACE: str | None = None


def read(environ: Mapping[str, str] | None = None) -> Environment:
    """Read the variables, those of this process by default; an empty one counts as unset."""
    environ = os.environ if environ is None else environ
    given = {name: environ[name] for name in Environment.model_fields if environ.get(name)}
    return parse(Environment, given, "the environment")


def use_endpoint() -> None:
    """Make AWS_S3_ENDPOINT what every S3 client of this process and its children asks."""
    endpoint = read().AWS_S3_ENDPOINT
    if endpoint:
        os.environ["AWS_ENDPOINT_URL"] = endpoint
