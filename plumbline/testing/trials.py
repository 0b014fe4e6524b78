"""One trial a tool, in the way that the tests use it; `UnusableError` says why it cannot be used here."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbline.testing.schemas import absent

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".plumbline/environments/checkov/bin/checkov"


class UnusableError(Exception):
    """A tool is not there, or does not do here what the tests ask of it."""


@dataclass(frozen=True)
class Tool:
    """A tool.

    Attributes:
        title: Its name.
        remedy: How to have it.
        trial: Uses it; raises UnusableError.
    """

    title: str
    remedy: str
    trial: Callable[[], None]


def command(name: str) -> str:
    """Find a command.

    Raises:
        UnusableError: It is not on PATH.
    """
    if found := shutil.which(name):
        return found
    raise UnusableError("it is not installed")


def attempt(words: Sequence[str | Path], seconds: float = 60, **options: object) -> str:
    """Run a command in a trial and give its output.

    Raises:
        UnusableError: It cannot be started, fails or does not end.
    """
    try:
        done = subprocess.run(list(words), capture_output=True, text=True, timeout=seconds, check=False, **options)  # type: ignore[call-overload]
    except subprocess.TimeoutExpired:
        raise UnusableError(f"it did not end in {seconds:.0f} s") from None
    except OSError as error:
        raise UnusableError(f"it cannot be started: {error.strerror}") from None
    if done.returncode:
        said = [line.strip(" │╷╵") for line in f"{done.stderr}\n{done.stdout}".splitlines()]
        said = [line.removeprefix("Error: ") for line in said if line.startswith("Error: ")] or said
        raise UnusableError(next(filter(None, said), f"it ends with {done.returncode}")[:120])
    return str(done.stdout)


def terraform() -> None:
    """Install the providers of all modules and ask the one of AWS for its schema."""
    program = command("terraform")
    quick = {"TF_REGISTRY_CLIENT_TIMEOUT": "10", "TF_REGISTRY_DISCOVERY_RETRY": "1"}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        calls = []
        for number, file in enumerate(sorted(ROOT.glob("infrastructure/terraform/*/*/versions.tf"))):
            (root / f"m{number}").mkdir()
            shutil.copy(file, root / f"m{number}")
            calls.append(f'module "m{number}" {{\n  source = "./m{number}"\n}}\n')
        (root / "main.tf").write_text("\n".join(calls))
        options = {"cwd": root, "env": os.environ | quick, "seconds": 600}
        try:
            attempt([program, "init", "-backend=false", "-input=false", "-no-color"], **options)  # type: ignore[arg-type]
        except UnusableError as error:
            _explain(str(error))
        attempt([program, "validate", "-no-color"], **options)  # type: ignore[arg-type]


def _explain(said: str) -> None:
    if "query available provider packages" in said or "registry" in said:
        raise UnusableError("its registry cannot be reached")
    raise UnusableError(said)


def tflint() -> None:
    """Check a folder without a fault."""
    with tempfile.TemporaryDirectory() as folder:
        config = ROOT / "infrastructure/terraform/.tflint.hcl"
        attempt([command("tflint"), f"--chdir={folder}", f"--config={config}"])


def checkov() -> None:
    """Start it from its own environment."""
    if not CHECKOV.exists():
        raise UnusableError("its environment is not made")
    attempt([CHECKOV, "--version"])


def kustomize_command() -> tuple[str, str]:
    """Give the command that renders a folder.

    Raises:
        UnusableError: There is none.
    """
    return ("kustomize", "build") if shutil.which("kustomize") else (command("kubectl"), "kustomize")


def kustomize() -> None:
    """Render an overlay's simplest case."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kustomization.yaml").write_text("configMapGenerator: [{name: a, literals: [b=c]}]\n")
        attempt([*kustomize_command(), folder])


def helm() -> None:
    """Render the chart of the first Application."""
    chart = ROOT / "infrastructure/terraform/modules/gitops-bridge/root"
    attempt([command("helm"), "template", "root", chart, "--set", "repo_url=https://git.example,revision=main"])


def schemas() -> None:
    """Look whether every pinned file lies here."""
    if missing := absent():
        raise UnusableError(f"{len(missing)} of them are not fetched, such as {missing[0].name}")


def actionlint() -> None:
    """Start it."""
    attempt([command("actionlint"), "-version"])


def act() -> None:
    """Start it."""
    attempt([command("act"), "--version"])


def chromium_command() -> str:
    """Find a Chromium.

    Raises:
        UnusableError: There is none.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
    if not found:
        raise UnusableError("it is not installed")
    return found


def launch(engine: Any) -> Any:
    """Start Chromium by the engine of playwright."""
    return engine.chromium.launch(executable_path=chromium_command(), args=["--no-sandbox", "--disable-gpu"])


def chromium() -> None:
    """Open a page as the tests of the page do."""
    from playwright.sync_api import Error, sync_playwright  # here, because it takes a while that few tests need

    chromium_command()
    try:
        with sync_playwright() as engine:
            browser = launch(engine)
            browser.new_page().goto("data:text/html,<p>here</p>")
            browser.close()
    except Error as error:
        raise UnusableError(f"it does not start: {str(error).splitlines()[0][:120]}") from None


def postgresql_programs() -> Path:
    """Find the folder of `initdb`: Debian keeps it off the PATH.

    Raises:
        UnusableError: There is none.
    """
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")), Path(shutil.which("initdb") or "/nowhere")]
    for path in found:
        if path.exists():
            return path.parent
    raise UnusableError("it is not installed")


def unprivileged(folder: Path) -> Mapping[str, object]:
    """Give the options of a child process in the folder that is not root, as PostgreSQL wants it.

    Raises:
        UnusableError: There is no such user.
    """
    if os.geteuid():
        return {"cwd": folder}
    try:
        user = pwd.getpwnam("nobody")
    except KeyError:
        raise UnusableError("it refuses root, and there is no user nobody") from None
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"cwd": folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def postgresql() -> None:
    """Make a database's folder."""
    programs = postgresql_programs()
    with tempfile.TemporaryDirectory() as folder:
        attempt([programs / "initdb", "-D", f"{folder}/db", "-A", "trust", "--no-sync"], **unprivileged(Path(folder)))  # type: ignore[arg-type]


def promtool() -> None:
    """Check a rule."""
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder, "rules.yaml")
        rules.write_text("groups: [{name: a, rules: [{record: b, expr: up}]}]\n")
        attempt([command("promtool"), "check", "rules", rules])


def scorer() -> None:
    """Import the native scorer, which `make setup` builds where it can."""
    attempt([sys.executable, "-c", "import services.predict.app._forest"], cwd=ROOT)


def boosters() -> None:
    """Import the libraries of estimators that are no part of the pipeline until a team adds them."""
    attempt([sys.executable, "-c", "import catboost, lightgbm, xgboost"])


def ray() -> None:
    """Import Ray, and what sets its workers' variables."""
    attempt([sys.executable, "-c", "import ray, ray._private.runtime_env.agent.runtime_env_agent"])


def cluster() -> None:
    """Ask the cluster for Argo CD's kinds."""
    if not os.environ.get("KUBECONFIG"):
        raise UnusableError("KUBECONFIG names none")
    attempt([command("kubectl"), "get", "crd", "applications.argoproj.io", "--request-timeout=20s"])


TOOLS = {
    "terraform": Tool("Terraform", "https://developer.hashicorp.com/terraform/install", terraform),
    "tflint": Tool("tflint", "plumb infra tflint builds it with Go", tflint),
    "checkov": Tool("checkov", "plumb ci tools checkov", checkov),
    "kustomize": Tool("kustomize or kubectl", "plumb ci tools builds it with Go", kustomize),
    "helm": Tool("Helm", "plumb ci tools builds it with Go", helm),
    "schemas": Tool("Kubernetes' schemas", "plumb ci tools schemas fetches them", schemas),
    "actionlint": Tool("actionlint", "plumb ci tools builds it with Go", actionlint),
    "act": Tool("act", "plumb ci tools builds it with Go", act),
    "chromium": Tool("Chromium", "Debian: apt-get install chromium", chromium),
    "postgresql": Tool("PostgreSQL", "Debian: apt-get install postgresql", postgresql),
    "promtool": Tool("promtool", "Debian: apt-get install prometheus", promtool),
    "boosters": Tool("CatBoost, LightGBM and XGBoost", "plumb ci tools boosters", boosters),
    "ray": Tool("Ray", "plumb ci tools ray", ray),
    "cluster": Tool("cluster", "set KUBECONFIG to one for tests that has Argo CD", cluster),
    "scorer": Tool("native scorer", "make setup builds it with a C compiler", scorer),
}
