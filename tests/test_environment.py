"""What a newcomer meets first."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from plumbline.testing import trials
from plumbline.testing.repository import ROOT, copy_repository, run

_SHELL = "bash cksum cut dirname flock git grep head make mkdir readlink rm sed tail"


@pytest.mark.parametrize("version", ["3.9", "3.12"])
def test_another_python_gives_one_clear_line(tmp_path: Path, version: str) -> None:
    # given a Python of another version
    copy = copy_repository(tmp_path / "copy")
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)
    # when someone sets up
    done = run(copy, "make", f"PYTHON={python}", "setup", check=False)
    # then one line says what to do, before make's own
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert lines == [
        f"Plumbline builds with Python 3.11 and {python} is {version}:"
        f" install 3.11, or name it with make PYTHON=/path/to/python3.11"
    ]
    assert not (copy / ".venv").exists()


class _Empty(BaseHTTPRequestHandler):
    """Has nothing, and remembers what it was asked for."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def mirror() -> Iterator[tuple[str, list[str]]]:
    """Serve no Python; give the URL, and what was asked for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Empty) as server:
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
        server.shutdown()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Make a PATH that holds what make and the script need, a uv, and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in _SHELL.split():
        (folder / name).symlink_to(trials.command(name))
    (folder / "uv").symlink_to(Path(sys.executable).parent / "uv")
    return folder


def refused(copy: Path, programs: Path, **variables: str) -> str:
    """Set up, which must end with one line before make's own; give it."""
    variables |= {"PATH": str(programs), "HOME": str(programs.parent)}
    done = subprocess.run(["make", "setup"], cwd=copy, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1, said
    return said[0]


@pytest.mark.parametrize("theirs", [(), ("python3", "python3.12"), ("python3", "python3.14")])
def test_no_python_311_and_no_way_to_fetch_one_is_one_sentence(
    tmp_path: Path, programs: Path, theirs: tuple[str, ...]
) -> None:
    # given no Python, or one of another version
    for name in theirs:  # which says so by its exit code
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    # when someone sets up
    said = refused(copy_repository(tmp_path / "copy"), programs, UV_PYTHON_DOWNLOADS="never")
    # then one sentence says what is missing and what helps
    assert "uv cannot fetch" in said
    assert "make PYTHON=/path/to/python3.11" in said


def test_uv_asks_for_python_311_where_there_is_none(
    tmp_path: Path, programs: Path, mirror: tuple[str, list[str]]
) -> None:
    # given a place that Pythons are fetched from, and that has none
    url, asked = mirror
    # when someone sets up without a Python
    said = refused(copy_repository(tmp_path / "copy"), programs, UV_PYTHON_INSTALL_MIRROR=url)
    # then uv has asked there for a 3.11, and one sentence says that it cannot be had
    assert asked
    assert all(re.search(r"/cpython-3\.11\.\d+%2B", path) for path in asked), asked
    assert "uv cannot fetch" in said
    assert "make PYTHON=/path/to/python3.11" in said


@pytest.mark.parametrize("with_uv", [True, False])
def test_packages_are_asked_for_by_way_of_the_proxy(
    tmp_path: Path, programs: Path, mirror: tuple[str, list[str]], with_uv: bool
) -> None:
    # given a Python 3.11, a proxy, and packages in a place that only the proxy reaches
    proxy, asked = mirror
    (programs / "python3.11").symlink_to(Path(sys.base_prefix) / "bin/python3.11")
    if not with_uv:
        (programs / "uv").unlink()
    index = "http://packages.invalid/simple"
    variables = {"UV_DEFAULT_INDEX": index, "PIP_INDEX_URL": index, "PIP_TRUSTED_HOST": "packages.invalid"}
    # when someone sets up
    environment = variables | {"http_proxy": proxy, "PATH": str(programs), "HOME": str(tmp_path)}
    copy = copy_repository(tmp_path / "copy")
    done = subprocess.run(["make", "setup"], cwd=copy, env=environment, capture_output=True, text=True, check=False)
    # then the proxy, which has none, was asked for them
    assert done.returncode != 0
    assert asked, done.stderr
    assert all(path.startswith(f"{index}/") for path in asked), asked
    assert with_uv or asked[0] == f"{index}/uv/"
    assert with_uv or done.stderr.splitlines()[-2].startswith("pip cannot install uv")  # before make's own


def test_a_colon_in_the_folders_name_is_refused(tmp_path: Path) -> None:
    copy = copy_repository(tmp_path / "a:b")
    done = run(copy, "make", "setup", check=False)
    assert "a folder with a colon in its name" in done.stderr
    assert not (copy / ".venv").exists()


def test_help_fits_a_screen_and_names_both_commands() -> None:
    lines = re.sub(r"\x1b\[\d+m", "", run(ROOT, "make", "help").stdout).splitlines()
    assert len(lines) < 24
    listed = {line.split()[0] for line in lines if line.startswith(" ")}
    assert listed == set(re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(), flags=re.M))
    assert {"demo", "test"} <= listed
    assert "plumb --help" in lines[-1]
