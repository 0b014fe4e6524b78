"""What every image must do when it runs."""

import datetime
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from plumbline.bundle import parity, reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import Golden
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images.engine import Containers, volumes
from plumbline.proof import hashes

USER = "10001:10001"
PORTS = {"api": 8000, "predict": 8001}
GRACE = 30  # seconds, as the manifests give a pod
_CLIENT = Path(__file__).with_name("client.py")
_CLIENTS = 4
_LOAD = 20  # seconds at most; the service is stopped after the first of them
_BUILD_TOOLS = "pip pip3 uv gcc cc g++ clang ld"
_MODULES = "pip ensurepip"
_NAMELESS = "nameless"


class Smoke:
    """The images of one commit with the bundle that was released last.

    Attributes:
        containers: What runs them.
        images: The images by name.
        folder: The bundle's.
        golden: Its golden rows and their predictions.
    """

    def __init__(self, containers: Containers, images: dict[str, str], release: dict[str, Any]) -> None:
        self.containers = containers
        self.images = images
        self.folder = Path(release["uri"].removeprefix("file://"))
        self.golden = reading.part(self.folder, Golden)
        self._release = release
        self._key = ""

    def inspect(self, name: str, tag: str) -> str:
        """Check what an image is: its user, its labels, and that nothing is left to build or install with.

        Raises:
            PlumblineError: Names what is wrong.
        """
        image = self.images[name]
        described = self.containers.image(image)
        if described["User"] != USER:
            raise PlumblineError(f"{image} runs as {described['User'] or 'root'}: its USER must be {USER}")
        revision = (described.get("Labels") or {}).get("org.opencontainers.image.revision")
        if revision != tag:
            raise PlumblineError(f"{image} is labelled with the revision {revision}: build it with `make images`")
        script = (
            f"for tool in {_BUILD_TOOLS}; do command -v $tool; done; "
            f"for module in {_MODULES}; do python -c \"import $module; print('$module')\" 2>/dev/null; done; "
            f"env -u USER -u LOGNAME python -c 'import getpass; getpass.getuser()' 2>/dev/null || echo {_NAMELESS}"
        )
        done = self.containers.once(image, "sh", "-c", script)
        found = done.stdout.split()
        if _NAMELESS in found:
            raise PlumblineError(f"{image} has no name for {USER}, which `getpass` and DVC ask for")
        if done.returncode or found:
            raise PlumblineError(f"{image} still holds {', '.join(found) or done.stderr}")
        return f"user {USER}, no pip, no compiler"

    def start(self, name: str) -> str:
        """Start a service and wait until it is healthy; give how long it took.

        Raises:
            PlumblineError: It did not become healthy, or runs as root.
        """
        environment, mounts = self._settings(name)
        self.containers.start(name, self.images[name], environment, mounts)
        self.containers.wait(name, self.images[name])
        user = self.containers.execute(name, "sh", "-c", "echo $(id -u):$(id -g)").stdout.strip()
        if user != USER:
            raise PlumblineError(f"{name} runs as {user}, not as {USER}")
        write = self.containers.execute(name, "sh", "-c", "touch /app/probe 2>&1", check=False)
        if "Read-only" not in write.stdout:
            raise PlumblineError(f"{name} could write to its root file system: {write.stdout or 'touch /app/probe'}")
        return f"read-only root; {self._until_ready(name)}"

    def price(self) -> str:
        """Price the first golden row through `api`, with a key made in its container.

        Raises:
            PlumblineError: It answered no or another price, or with another model.
        """
        make = (
            "python",
            "-m",
            "services.api.app.keys",
            "create",
            "--name",
            "smoke",
            "--requests-per-minute",
            "1000000",
        )
        self._key = self.containers.execute("api", *make).stdout.strip()
        answer = self._ask("api", {"input": self.golden.rows[0]}, clients=1, seconds=0)["answer"]
        if answer is None:
            raise PlumblineError("api did not answer")
        parity.check(reading.part(self.folder, Contract), self.golden, 0, answer)
        if answer["model"]["bundle_sha256"] != self._release["bundle_sha256"]:
            raise PlumblineError(f"api answered with the model {answer['model']}")
        return f"{answer['prediction']} {answer['unit']}".strip()

    def parity(self) -> str:
        """Score the golden rows through `predict` from another container of its image.

        Raises:
            PlumblineError: They differ.
        """
        command = ("python", "-m", "services.predict.app.parity", f"http://predict:{PORTS['predict']}")
        done = self.containers.once(self.images["predict"], *command, options=volumes({self.folder: "/bundle"}))
        if done.returncode:
            raise PlumblineError(done.stderr.strip())
        return done.stdout.strip()

    def stop(self, name: str) -> str:
        """Stop a service while clients ask it; every request that began before must be answered.

        Raises:
            PlumblineError: A request was lost, or the service had to be killed.
        """
        rows = self.golden.rows
        body = {"inputs": rows} if name == "predict" else {"input": rows[0]}
        with ThreadPoolExecutor(1) as pool:
            before = self._rows(name)
            asking = pool.submit(self._ask, name, body, _CLIENTS, _LOAD)
            while self._rows(name) == before and not asking.done():  # their container takes its time to start
                time.sleep(0.1)
            time.sleep(1)
            signalled = time.time()
            seconds, status = self.containers.stop(name, GRACE)
            seen = asking.result()
        lost = [problem for began, problem in seen["failed"] if began < signalled]
        if lost or not seen["answered"]:
            raise PlumblineError(f"{name} lost {len(lost)} of {seen['answered'] + len(lost)} requests: {lost[:3]}")
        if len(seen["failed"]) < _CLIENTS:
            raise PlumblineError(f"{name} still answered after it was stopped")
        if status == 137:
            raise PlumblineError(f"{name} did not end within {GRACE} s of SIGTERM and was killed")
        return f"{seen['answered']} requests answered, none lost, ended in {seconds:.1f} s"

    def _rows(self, name: str) -> str:
        """Give what a service's metrics say of the rows that it has answered."""
        url = f"http://127.0.0.1:{PORTS[name]}/metrics"
        ask = f"import urllib.request as r; print(r.urlopen({url!r}, timeout=10).read().decode())"
        lines = self.containers.execute(name, "python", "-c", ask).stdout.splitlines()
        return next((line for line in lines if line.startswith(f"{name}_rows_total ")), "")

    def rebuild(self) -> str:
        """Run the training pipeline in its image and compare its artifacts' hashes.

        Raises:
            PlumblineError: It failed, or an artifact has other bytes than expected_hashes.txt says.
        """
        data = "python -m plumbline.cli data warehouse && python -m plumbline.cli data extract"
        steps = f"cp -R /app/. . && {data} && make pipeline hashes"
        begin = time.monotonic()
        done = self.containers.once(self.images["pipeline"], "sh", "-euc", steps, options=("--tmpfs", "/work"))
        if done.returncode:
            raise PlumblineError(f"the pipeline failed in its image:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        wanted = len(hashes.parse(hashes.read(Path())).hashes)
        return f"the {wanted} artifacts of {hashes.EXPECTED} in {time.monotonic() - begin:.0f} s"

    def _settings(self, name: str) -> tuple[dict[str, str], dict[Path, str]]:
        if name == "api":
            url = f"http://predict:{PORTS['predict']}"
            return {"API_PREDICT_URL": url, "API_STORE_URL": "sqlite:////tmp/predictions.db"}, {}
        environment = {
            "PREDICT_BUNDLE_URI": "/bundle",
            "PREDICT_BUNDLE_SHA256": self._release["bundle_sha256"],
            "PREDICT_PUBLIC_KEY": "/keys/signing.pub.pem",
        }
        return environment, {self.folder: "/bundle", Path(self._release["public_key"]): "/keys/signing.pub.pem"}

    def _until_ready(self, name: str) -> str:
        """Give the time from the start of the container to the line of the log that says so."""
        events = {"api": "listening", "predict": "model_ready"}
        for line in self.containers.logs(name).splitlines():
            said = json.loads(line) if line.startswith("{") else {}
            if said.get("event") == events[name]:
                ready = datetime.datetime.fromisoformat(said["timestamp"])
                return f"{events[name]} {(ready - self.containers.started(name)).total_seconds():.2f} s after its start"
        raise PlumblineError(f"{name} is healthy, but its log has no line {events[name]}")

    def _ask(self, name: str, body: object, clients: int, seconds: float) -> dict[str, Any]:
        path = {"api": "/v1/predictions", "predict": "/v1/predict"}[name]
        target = (name, str(PORTS[name]), path, self._key, str(clients), str(seconds), json.dumps(body))
        done = self.containers.once(self.images[name], "python", "-", *target, stdin=_CLIENT.read_text())
        if done.returncode:
            raise PlumblineError(f"the client of {name} failed:\n{done.stderr}")
        return dict(json.loads(done.stdout))
