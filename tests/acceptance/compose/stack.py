"""The services of compose.yaml, started under a name of their own and taken away with all they keep."""

import json
import os
import re
import shutil
import socket
import subprocess
import uuid
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML

from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import environment
from plumbline.local.images.engine import Containers

T = TypeVar("T")
FILES = (Path("compose.yaml"), Path("tests/acceptance/compose/extra.yaml"))
QUICK = Path(".plumbline/quick/alertmanager.yml")
TOLD = {
    "ALERTMANAGER_CONFIG": f"./{QUICK}",
    "GITHUB_API_URL": "http://github:8080",
    "GITHUB_REPOSITORY": "a/b",
}
_TAIL = 25  # lines of output that a failure shows


class Stack:
    """The stack.

    Attributes:
        variables: What .env says.
        missing: Services whose images cannot be had here.
    """

    def __init__(self) -> None:
        """Look what there is.

        Raises:
            PlumblineError: No compose, no .env, no image of ours, or a port is taken.
        """
        self._engine = "podman" if shutil.which("podman-compose") else "docker"
        self._containers = Containers(self._engine)
        command = ["podman-compose"] if self._engine == "podman" else ["docker", "compose"]
        if not shutil.which(command[0]):
            raise PlumblineError("neither podman-compose nor docker is installed")
        if not environment.FILE.exists():
            raise PlumblineError(f"{environment.FILE} is missing: run `plumb images compose-env`")
        self.variables = environment.read(environment.FILE.read_text())
        self._name = f"plumbline-{uuid.uuid4().hex[:8]}"
        self._command = [*command, "-p", self._name, *(word for file in FILES for word in ("-f", str(file)))]
        described = YAML(typ="safe", pure=True).load(FILES[0].read_text())["services"]
        self.missing = [name for name, one in described.items() if not self._has(one["image"])]
        if ours := [name for name in self.missing if "{TAG" in described[name]["image"]]:
            raise PlumblineError(f"no images of {', '.join(ours)} with the tag in .env: run `make images`")
        for port in re.findall(r"127\.0\.0\.1:(\d+):", FILES[0].read_text()):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                    raise PlumblineError(f"port {port} is taken: stop what listens there first (`make down`?)")
        self._names = [*(name for name in described if name not in self.missing), "github"]

    def _has(self, image: str) -> bool:
        full = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: self.variables[match[1]], image)
        return self._try(self._engine, "image", "inspect", full) or self._try(self._engine, "pull", full)

    @staticmethod
    def _try(*words: str) -> bool:
        try:
            return subprocess.run(words, capture_output=True, timeout=120, check=False).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def up(self) -> None:
        """Start all services but the missing ones, with alerts that are sent at once."""
        QUICK.parent.mkdir(exist_ok=True)
        routes = Path("infrastructure/compose/alertmanager.yml").read_text()
        QUICK.write_text(re.sub(r"group_wait: \S+", "group_wait: 1s", routes))
        self.run("up", "--detach", *self._names)

    def run(self, *words: str) -> None:
        """Run compose.

        Raises:
            PlumblineError: It failed; the message holds what it said.
        """
        told = os.environ | self.variables | TOLD
        done = subprocess.run([*self._command, *words], env=told, capture_output=True, text=True, check=False)
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).splitlines()[-_TAIL:])
            raise PlumblineError(f"compose {' '.join(words)} failed:\n{said}")

    def execute(self, name: str, *command: str) -> str:
        """Run a command in a service's container and give its output.

        Raises:
            PlumblineError: It failed.
        """
        return self._containers.run("exec", self._container(name), *command).stdout

    def told(self) -> list[Any]:
        """Give what GitHub was told."""
        lines = self.logs("github").splitlines()
        return [json.loads(line[line.index("{") :]) for line in lines if '"path"' in line]

    def logs(self, *names: str) -> str:
        """Give the end of what services have written, all of them by default."""
        said = {name: self._ask("logs", self._container(name)).splitlines()[-_TAIL:] for name in names or self._names}
        return "\n".join(line for name, lines in said.items() for line in (f"--- {name}", *lines))

    def _container(self, name: str) -> str:
        labels = {"project": self._name, "service": name}
        chosen = [f"--filter=label=com.docker.compose.{key}={value}" for key, value in labels.items()]
        return self._ask("ps", "--all", "--quiet", *chosen).strip()

    def _ask(self, *words: str) -> str:
        done = self._containers.run(*words, check=False)
        return done.stdout + done.stderr

    def down(self) -> None:
        """Take everything away, volumes too.

        Raises:
            PlumblineError: Something of it is still there.
        """
        for name in self._names:  # those that are restarted would come back meanwhile
            self.run("stop", name)
        self.run("down", "--volumes")
        shutil.rmtree(QUICK.parent, ignore_errors=True)
        for network in re.findall(rf"{self._name}\S+", self._ask("network", "ls")):  # podman-compose leaves them
            self._ask("network", "rm", network)
        for kind in (("ps", "--all"), ("volume", "ls"), ("network", "ls")):
            if self._name in (said := self._ask(*kind)):
                raise PlumblineError(f"still there after `compose down --volumes`:\n{said}")
