"""Push the built images to Docker Hub, named by their commit alone, and say the digests that are deployed."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from plumbline.kernel import command, github
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import images, references
from plumbline.local.images.images import HERE, Images

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def push(engine: str, names: Sequence[str], prefix: str, tag: str, account: str) -> list[str]:
    """Push images.

    Args:
        engine: docker or podman, logged in.
        names: Of the images, such as predict.
        prefix: What stands before a name on this machine.
        tag: The commit that they were built from.
        account: Where to, at Docker Hub.

    Returns:
        `docker.io/ACCOUNT/plumbline-NAME@sha256:…` for each.

    Raises:
        PlumblineError: The tag is not a commit, no account is given, or the engine fails.
    """
    if not _COMMIT.fullmatch(tag):
        raise PlumblineError(f"the tag {tag} is no commit: commit what differs, and build the images again")
    pushed = []
    for name in names:
        target = references.place(name, account)
        command.run(engine, "tag", f"{prefix}{name}:{tag}", f"{target}:{tag}")
        pushed.append(f"{target}@{_pushed(engine, f'{target}:{tag}')}")
    return pushed


def _pushed(engine: str, image: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digest"
        if Path(engine).name == "podman":  # docker prints the digest, podman writes it to a file
            command.run(engine, "push", "--digestfile", str(file), image)
            said = file.read_text(encoding="utf-8")
        else:
            said = command.run(engine, "push", image)
    found = _DIGEST.findall(said)
    if not found:
        raise PlumblineError(f"`{engine} push {image}` does not say the digest:\n{said}")
    return str(found[-1])


def main(*names: str, named: Images = HERE) -> None:
    """Push the built images to the account DOCKER_USERNAME and say their digests.

    A workflow gets them as output `images`, and without the account as `digests`.

    Args:
        names: Of the images; all if none is said.
        named: How they are called, and the engine.
    """
    where = named.resolved()
    pushed = push(where.engine, images.chosen(names), where.prefix, where.tag, references.account())
    print("\n".join(pushed))  # noqa: T201 - what was asked for
    github.set_outputs(images=" ".join(pushed), digests=" ".join(references.short(pushed)))
