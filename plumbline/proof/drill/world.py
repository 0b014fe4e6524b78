"""The world of the drill: a bare git repository, a DVC remote, and clones."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from plumbline.proof import worktree

ROOT = Path(__file__).parents[3]
_AWS = {"AWS_ACCESS_KEY_ID": "drill", "AWS_SECRET_ACCESS_KEY": "drill", "AWS_DEFAULT_REGION": "us-east-1"}
_BUCKET = "plumbline"


class DrillError(PlumblineError):
    """Something did not go as the plan says."""


@dataclass
class World:
    """A folder with everything in it.

    Attributes:
        folder: Holds `origin.git`, the clones, and the remote if it is a folder.
        kind: `folder` or `s3`.
        developer: The clone in which changes are made; its DVC cache is filled.
    """

    folder: Path
    kind: str
    endpoint: str = ""
    developer: Path = field(init=False)
    _clones: int = 0

    def __post_init__(self) -> None:
        self.developer = self.folder / "developer"

    def run(self, clone: Path, *command: str, fails: bool = False) -> str:
        """Run a command in a clone and give its output.

        Raises:
            DrillError: It failed, or, with `fails`, it did not.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "AWS_"))}
        environment |= git.apart("drill") | _AWS | {"PYTHONPATH": str(clone)}
        environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        if (done.returncode != 0) != fails:
            fate = "succeeded and should have failed" if fails else f"failed with {done.returncode}"
            raise DrillError(f"`{' '.join(command)}` in {clone.name} {fate}:\n{output[-3000:]}")
        return output

    def plumb(self, clone: Path, *words: str, fails: bool = False) -> str:
        """Run a command in a clone, with the environment of this one and the code of the clone."""
        return self.run(clone, sys.executable, "-m", "plumbline.cli", *words, fails=fails)

    def clone(self) -> Path:
        """Clone the repository anew, with nothing but what git holds."""
        self._clones += 1
        path = self.folder / f"clone-{self._clones}"
        self.run(self.folder, "git", "clone", "--quiet", "origin.git", str(path))
        return path

    def commit(self, message: str) -> None:
        """Commit everything in the developer's clone and push it to git, not to DVC."""
        self.run(self.developer, "git", "add", "--all")
        self.run(self.developer, "git", "commit", "--quiet", "--message", message)
        self.run(self.developer, "git", "push", "--quiet", "origin", "main")

    def objects(self) -> "Store":
        """Give access to the remote's objects."""
        return S3Store(self.endpoint) if self.kind == "s3" else FolderStore(self.folder / "remote")


class FolderStore:
    """The objects of a remote that is a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "files/md5"

    def take(self, oid: str) -> bytes:
        """Remove an object and give its content."""
        path = self._folder / oid[:2] / oid[2:]
        content = path.read_bytes()
        path.unlink()
        return content

    def put(self, oid: str, content: bytes) -> None:
        """Store an object."""
        (self._folder / oid[:2] / oid[2:]).write_bytes(content)


class S3Store:
    """The objects of a remote on S3."""

    def __init__(self, endpoint: str) -> None:
        self._client = _s3(endpoint)

    def take(self, oid: str) -> bytes:
        """Remove an object and give its content."""
        key = self._key(oid)
        content: bytes = self._client.get_object(Bucket=_BUCKET, Key=key)["Body"].read()
        self._client.delete_object(Bucket=_BUCKET, Key=key)
        return content

    def put(self, oid: str, content: bytes) -> None:
        """Store an object."""
        self._client.put_object(Bucket=_BUCKET, Key=self._key(oid), Body=content)

    @staticmethod
    def _key(oid: str) -> str:
        return f"dvc/files/md5/{oid[:2]}/{oid[2:]}"


Store = FolderStore | S3Store


def _s3(endpoint: str):  # type: ignore[no-untyped-def] # boto3 makes its clients' classes as it runs
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=_AWS["AWS_DEFAULT_REGION"],
        aws_access_key_id=_AWS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=_AWS["AWS_SECRET_ACCESS_KEY"],
    )


@contextmanager
def create(folder: Path, kind: str) -> Iterator[World]:
    """Build a world whose first commit is this working tree, and end what it started."""
    folder.mkdir(parents=True)
    server = None
    endpoint = ""
    if kind == "s3":
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        endpoint = f"http://127.0.0.1:{server.get_host_and_port()[1]}"
        _s3(endpoint).create_bucket(Bucket=_BUCKET)
    world = World(folder, kind, endpoint)
    try:
        _fill(world)
        yield world
    finally:
        if server:
            server.stop()


def _fill(world: World) -> None:
    worktree.copy(ROOT, world.developer)
    run = world.run
    run(world.folder, "git", "init", "--quiet", "--bare", "--initial-branch", "main", "origin.git")
    run(world.developer, "git", "remote", "add", "origin", "../origin.git")
    if world.kind == "s3":
        run(world.developer, "dvc", "remote", "add", "--default", "store", f"s3://{_BUCKET}/dvc")
        run(world.developer, "dvc", "remote", "modify", "store", "endpointurl", world.endpoint)
    else:
        run(world.developer, "dvc", "remote", "modify", "local", "url", str(world.folder / "remote"))
    shutil.copytree(ROOT / ".dvc/cache", world.developer / ".dvc/cache")
    run(world.developer, "dvc", "checkout", "--quiet", "--force")
    world.commit("The working tree")
