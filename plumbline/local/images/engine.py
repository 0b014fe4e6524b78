"""Containers of one proof: started in a network of their own, and removed whatever happens."""

import datetime
import json
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plumbline.kernel.errors import PlumblineError

_TAIL = 20  # lines of a log that a failure shows
# As a restricted pod runs: nothing to write to but /tmp, and no rights.
RESTRICTED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "all", "--security-opt", "no-new-privileges")  # noqa: S108


class Containers:
    """Runs containers with docker or podman; as a context it removes them and their network at the end.

    Attributes:
        network: The network's name; a container's host name in it is its short name.
    """

    def __init__(self, engine: str) -> None:
        """Take the engine's command.

        Raises:
            PlumblineError: It can build, but not run.
        """
        if Path(engine).name not in {"docker", "podman"}:
            raise PlumblineError(f"{engine or 'no engine'} cannot run containers: install docker or podman")
        self._engine = engine
        # podman writes a line for a user that the image does not know; Kubernetes does not.
        plain = ("--passwd=false",) if Path(engine).name == "podman" else ()
        self._restricted = (*RESTRICTED, *plain)
        self.network = f"plumbline-smoke-{uuid.uuid4().hex[:8]}"
        self._started: list[str] = []

    def __enter__(self) -> "Containers":
        self.run("network", "create", self.network)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self._started:
            self.run("rm", "--force", "--volumes", self._full(name), check=False)
        self.run("network", "rm", self.network, check=False)

    def run(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the engine with `arguments`.

        Raises:
            PlumblineError: It failed; the message holds what it said.
        """
        done = subprocess.run([self._engine, *arguments], input=stdin, capture_output=True, text=True, check=False)
        if check and done.returncode:
            output = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_TAIL:])
            raise PlumblineError(f"`{self._engine} {' '.join(arguments)}` failed:\n{output}")
        return done

    def start(self, name: str, image: str, environment: Mapping[str, str], mounts: Mapping[Path, str]) -> None:
        """Start a service in the background.

        Args:
            name: Its host name in the network.
            image: What to run.
            environment: Its variables.
            mounts: Where each file or folder of this machine appears, read-only.
        """
        variables = [option for key, value in environment.items() for option in ("--env", f"{key}={value}")]
        self._started.append(name)
        identity = ("--name", self._full(name), "--network", self.network, "--network-alias", name)
        self.run("run", "--detach", *identity, *self._restricted, *variables, *volumes(mounts), image)

    def once(
        self, image: str, *command: str, stdin: str = "", options: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` in a container of the network that ends with it; it is fed `stdin`."""
        chosen = ("--rm", "--interactive", "--network", self.network, *self._restricted, *options)
        return self.run("run", *chosen, image, *command, stdin=stdin, check=False)

    def execute(self, name: str, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `command` inside a started container."""
        return self.run("exec", self._full(name), *command, check=check)

    def wait(self, name: str, image: str, timeout: float = 60.0) -> None:
        """Wait until the health check of the image passes in the container `name`.

        It is run from here: podman leaves it to systemd, which not every machine has.

        Raises:
            PlumblineError: The container ended, or was not healthy after `timeout` seconds; the message shows its log.
        """
        kind, *command = self.image(image)["Healthcheck"]["Test"]
        if kind != "CMD":
            raise PlumblineError(f"the health check of {image} needs a shell: write it in exec form")
        deadline = time.monotonic() + timeout
        while self.execute(name, *command, check=False).returncode:
            if not self.state(name)["Running"] or time.monotonic() > deadline:
                log = "\n".join(self.logs(name).splitlines()[-_TAIL:])
                raise PlumblineError(f"{name} is not healthy; the end of its log:\n{log}")
            time.sleep(0.1)

    def stop(self, name: str, grace: int) -> tuple[float, int]:
        """Send SIGTERM, and SIGKILL after `grace` seconds.

        Returns:
            How many seconds it took, and the container's exit status: 137 after SIGKILL.
        """
        begin = time.monotonic()
        self.run("stop", "--time", str(grace), self._full(name))
        return time.monotonic() - begin, int(self.state(name)["ExitCode"])

    def state(self, name: str) -> Any:
        """Give what the engine knows of the container's process."""
        return json.loads(self.run("container", "inspect", self._full(name)).stdout)[0]["State"]

    def started(self, name: str) -> datetime.datetime:
        """Give the time at which the container was started."""
        return datetime.datetime.fromisoformat(self.state(name)["StartedAt"])

    def image(self, image: str) -> Any:
        """Give an image's configuration.

        Raises:
            PlumblineError: There is no such image.
        """
        done = self.run("image", "inspect", image, check=False)
        if done.returncode:
            raise PlumblineError(f"there is no image {image}: run `make images`")
        described = json.loads(done.stdout)[0]
        # podman keeps the health check beside the configuration.
        return {"Healthcheck": described.get("HealthCheck") or described.get("Healthcheck"), **described["Config"]}

    def logs(self, name: str) -> str:
        """Give what a container has written."""
        done = self.run("logs", self._full(name))
        return done.stdout + done.stderr

    def _full(self, name: str) -> str:
        return f"{self.network}-{name}"


def volumes(mounts: Mapping[Path, str]) -> list[str]:
    """Give the options that show files of this machine in a container, read-only and shared."""
    return [option for source, target in mounts.items() for option in ("--volume", f"{source.resolve()}:{target}:ro,z")]
