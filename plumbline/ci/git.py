"""Git and keys in a job: who commits, what may push, and the key that signs a bundle."""

import os

from plumbline.kernel import command, git, private
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import signing

NAME, EMAIL = "CI Pipeline", "ci-pipeline@localhost"
_HELPER = '!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f'


IDENTITY = git.identity(NAME, EMAIL)


def identify() -> None:
    """Let the commits of this process be the workflow's."""
    os.environ |= IDENTITY


def push() -> None:
    """Let git push with GITHUB_TOKEN, which is read at each push and stored nowhere."""
    command.run("git", "config", "credential.helper", _HELPER)


def signing_key() -> None:
    """Write the private key SIGNING_KEY to where `plumb model official` reads it.

    Raises:
        PlumblineError: It holds no key.
    """
    key = os.environ.get("SIGNING_KEY", "")
    if "PRIVATE KEY" not in key:
        raise PlumblineError("SIGNING_KEY holds no key: set it to the PEM of the private key")
    private.write(signing.private_key(), key if key.endswith("\n") else f"{key}\n")
    signing.prepare()  # its public half, which the gate and the services verify by
