"""Files that come into being as a whole, killed while they are written."""

import signal
import subprocess
import sys
from pathlib import Path
from pickle import PicklingError

import pytest

from plumbline.kernel import canonical, files

# Dumps an object whose pickling kills the process after half a megabyte is on the disk.
_KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from plumbline.kernel import canonical

class Deadly:
    def __reduce__(self):
        os.kill(os.getpid(), signal.SIGKILL)

canonical.dump([np.zeros(1 << 16), Deadly()], Path(sys.argv[1]))
"""


@pytest.mark.parametrize("old", [None, "old"])
def test_a_killed_dump_leaves_the_old_file_or_none(tmp_path: Path, old: str | None) -> None:
    path = tmp_path / "preprocessor.joblib"
    if old:
        canonical.dump(old, path)
    killed = subprocess.run([sys.executable, "-c", _KILLED, path], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (canonical.load(path) if path.exists() else None) == old
    (left,) = [file.name for file in tmp_path.iterdir() if file != path]
    assert left.startswith(".partial-")


def test_what_fails_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "model.joblib"
    with pytest.raises(PicklingError):
        canonical.dump(["first", lambda: None], path)
    assert list(path.parent.iterdir()) == []


def test_the_ending_tells_libraries_the_format(tmp_path: Path) -> None:
    with files.whole(tmp_path / "plot.png") as partial:
        assert partial.suffix == ".png"
        partial.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == ["plot.png"]
