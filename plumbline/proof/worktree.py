"""Copies of a clone's working tree, as it is now."""

import os
import shutil
import subprocess
from pathlib import Path

from plumbline.kernel import git


def copy(root: Path, target: Path) -> Path:
    """Copy the files that git tracks or would track, committed or not, into a new git repository at `target`."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source = root / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)
    init = ["git", "init", "--quiet", "--initial-branch", "main", str(target)]
    subprocess.run(init, env=os.environ | git.apart("plumbline"), check=True)
    return target
