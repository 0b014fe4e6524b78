"""A PostgreSQL server for tests, on a socket in a temporary folder: one a session, with a database for whoever asks."""

import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from plumbline.testing import trials

_OWNER = "plumbline"


class Server:
    """Runs from `with` on; it listens on its socket alone, and is not root's, which PostgreSQL refuses."""

    def __init__(self) -> None:
        self._programs = trials.postgresql_programs()
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path: a socket's has a limit
        self._options = trials.unprivileged(self._folder)
        self._numbers = itertools.count(1)
        self._run("initdb", "-U", _OWNER, "-A", "trust", "--no-sync")

    @property
    def url(self) -> str:
        """Of the database `postgres`, in which nothing is."""
        return self._url("postgres")

    def database(self) -> str:
        """Make an empty database and give its URL."""
        name = f"test{next(self._numbers)}"
        subprocess.run([str(self._programs / "createdb"), "-h", str(self._folder), "-U", _OWNER, name], check=True)
        return self._url(name)

    def login(self, role: str, password: str) -> str:
        """Give the URL by which a role logs in with its password, which alone opens this role's way in from now on."""
        (self._folder / "db/pg_hba.conf").write_text(f"local all {role} scram-sha-256\nlocal all all trust\n")
        self._run("pg_ctl", "reload")
        return f"postgresql://{role}:{password}@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-w", "-l", f"{self._folder}/log", "-o", settings, "start")

    def stop(self) -> None:
        """Stop it as a crash would."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, "-D", f"{self._folder}/db", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._options)  # type: ignore[call-overload]

    def _url(self, name: str) -> str:
        return f"postgresql://{_OWNER}@/{name}?host={self._folder}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
