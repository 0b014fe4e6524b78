"""What is pushed and how it is named, with an engine that notes what it is asked for."""

from pathlib import Path

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.local.images.push import push

COMMIT, DIGEST = "c" * 40, f"sha256:{'d' * 64}"
ENGINE = """#!/bin/sh
echo "$@" >> {calls}
test "$1" != push || test {name} = podman || echo "{commit}: digest: {digest} size: 1"
test "$2" != --digestfile || echo {digest} > "$3"
"""


def engine(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text(ENGINE.format(name=name, calls=folder / "calls", commit=COMMIT, digest=DIGEST))
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("name", ["docker", "podman"])
def test_images_are_pushed_by_commit_and_named_by_digest(tmp_path: Path, name: str) -> None:
    references = push(engine(tmp_path, name), ["api", "predict"], "localhost/plumbline-", COMMIT, "someone")

    assert references == [f"docker.io/someone/plumbline-{image}@{DIGEST}" for image in ("api", "predict")]
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0] == f"tag localhost/plumbline-api:{COMMIT} docker.io/someone/plumbline-api:{COMMIT}"
    assert [call.split()[-1].rpartition(":")[2] for call in calls] == [COMMIT] * 4


@pytest.mark.parametrize(
    ("tag", "account", "message"),
    [(f"{COMMIT}-dirty", "someone", "is no commit"), ("latest", "someone", "is no commit"), (COMMIT, "", "account")],
)
def test_what_has_no_name_of_its_own_is_not_pushed(tmp_path: Path, tag: str, account: str, message: str) -> None:
    with pytest.raises(PlumblineError, match=message):
        push(engine(tmp_path, "docker"), ["api"], "localhost/plumbline-", tag, account)
    assert not (tmp_path / "calls").exists()
