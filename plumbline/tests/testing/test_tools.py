"""What tests use beyond Python is installed as it has to be."""

from pathlib import Path

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.testing import tools


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def test_the_lists_of_packages_are_fetched_before_a_package_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "apt-get", f'echo "$1" >> {tmp_path}/asked')
    program(tmp_path, "sudo", 'exec "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    tools.main("qemu", "promtool")
    assert (tmp_path / "asked").read_text().split() == ["update", "install"] * 2


def test_without_packages_the_one_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlumblineError, match="qemu-x86_64 is not installed: it comes with the package qemu-user"):
        tools.main("qemu")
