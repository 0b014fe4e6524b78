"""What an upgrade asks of git: nothing here touches the user's remotes, branches or hooks."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from plumbline.kernel.errors import PlumblineError

_LINK = "120000"
_EXECUTABLE = "100755"
# A hook of the team's, such as dvc's after a checkout, has nothing to do in a tree that is being made.
_GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false")


@dataclass(frozen=True)
class File:
    """A file as git keeps it."""

    content: bytes
    mode: str = "100644"

    @property
    def executable(self) -> bool:
        """Whether it may be run."""
        return self.mode == _EXECUTABLE


def git(root: Path, *arguments: str, data: bytes | None = None, index: Path | None = None) -> bytes:
    """Run git in the clone at `root`.

    Args:
        root: The clone; with `index` a folder that stands for its work tree.
        arguments: The command.
        data: What it reads from standard input.
        index: Another index than the clone's, beside which the folder lies in its .git.

    Raises:
        PlumblineError: It failed; the message is git's own.
    """
    variables = dict(os.environ)
    if index is not None:
        variables |= {"GIT_DIR": str(index.parents[1]), "GIT_INDEX_FILE": str(index), "GIT_WORK_TREE": str(root)}
    command = [*_GIT, "-C", str(root), *arguments]
    done = subprocess.run(command, input=data, capture_output=True, check=False, env=variables)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or done.stdout.decode(errors="replace").strip()
        raise PlumblineError(f"`git {' '.join(arguments)}` failed:\n{said}")
    return done.stdout


def line(root: Path, *arguments: str) -> str:
    """Run git and give the one line that it wrote."""
    return git(root, *arguments).decode().strip()


def paths(root: Path, *arguments: str) -> list[str]:
    """Run git with `-z` and give the paths that it listed."""
    return [name for name in git(root, *arguments).decode().split("\0") if name]


def has_commit(root: Path, commit: str) -> bool:
    """Whether the clone has a commit, with no remote asked."""
    try:
        git(root, "cat-file", "-e", f"{commit}^{{commit}}")
    except PlumblineError:
        return False
    return True


def files(root: Path, commit: str) -> dict[str, File]:
    """Read every file of a commit."""
    entries = []
    for entry in paths(root, "ls-tree", "-r", "-z", commit):
        about, _, path = entry.partition("\t")
        mode, kind, name = about.split()
        if kind == "blob":
            entries.append((path, mode, name))
    stream = git(root, "cat-file", "--batch", data="".join(f"{name}\n" for _, _, name in entries).encode())
    found, position = {}, 0
    for path, mode, _ in entries:
        start = stream.index(b"\n", position) + 1
        size = int(stream[position:start].split()[2])
        found[path] = File(stream[start : start + size], mode)
        position = start + size + 1
    return found


def on_disk(path: Path) -> File | None:
    """Read a file of a work tree as git would keep it; None if there is none."""
    if path.is_symlink():
        return File(os.fsencode(path.readlink()), _LINK)
    if not path.is_file():
        return None
    return File(path.read_bytes(), _EXECUTABLE if path.stat().st_mode & 0o100 else "100644")


def write(path: Path, file: File | None) -> None:
    """Write a file to a work tree, or remove it, and the folders that it leaves empty."""
    if path.is_symlink() or path.exists():
        path.unlink()
    if file is None:
        for folder in path.parents:
            if not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if file.mode == _LINK:
        path.symlink_to(os.fsdecode(file.content))
        return
    path.write_bytes(file.content)
    path.chmod(0o755 if file.executable else 0o644)
