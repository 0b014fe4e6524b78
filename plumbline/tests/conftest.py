"""A small workspace with a real registry, store, ledger and key, for the tests of registry, judges and deployment."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow.entities import LoggedModelStatus

from plumbline import tracking
from plumbline.bundle import SCHEMA_VERSION, files, reading, writing
from plumbline.bundle.contract import Column, Contract, Interval, Target
from plumbline.deploy.overlay import Overlay
from plumbline.kernel import hashing, jsonfile
from plumbline.registry import anchor, register, signing
from plumbline.registry.registry import Registry

WANTED = "a" * 64  # the bundle that the overlay names
REQUIREMENTS = """\
onnx==1.23.2 \\
    --hash=sha256:aa
    # via -r requirements/pipeline.in
pywin32==312 ; sys_platform == 'win32' \\
    --hash=sha256:bb
"""


class Workspace:
    """A git repository, which is the working directory, with what the registry's commands read and write."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store = root / ".plumbline/models"
        self.gate = root / ".plumbline/gate.json"
        (root / "requirements").mkdir()
        (root / "requirements/pipeline.txt").write_text(REQUIREMENTS)
        (root / ".dvc").mkdir()
        (root / ".dvc/config").write_text(
            "[core]\n    remote = shared\n['remote \"shared\"']\n    url = https://key:secret@store.example/dvc\n"
        )
        (root / ".gitignore").write_text(".plumbline/\nmlruns/\nmodel/\nmlflow.db\n")
        self.git("init", "--quiet", "--initial-branch", "main")
        signing.prepare()

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        return subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()

    @property
    def registry(self) -> Registry:
        return Registry("toys", tracking.client(), anchor.open_ledger("toys"), self.store)

    def build(self, name: str) -> Path:
        """Stand in for the pipeline: commit a dvc.lock and leave a bundle, a model file and an MLflow run."""
        bundle, model = self.root / "model/artifacts/bundle", self.root / "model/artifacts/model.joblib"
        model.parent.mkdir(parents=True, exist_ok=True)
        model.write_text(name)
        md5 = hashing.digest(model, "md5")
        (self.root / "dvc.lock").write_text(
            f"stages: {{train: {{deps: [{{path: data/raw/train.tsv, md5: {md5}}}]}}}}\n"
        )
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", f"Train {name}")
        lineage = files.Lineage(
            SCHEMA_VERSION,
            data={"data/raw/train.tsv": files.Data(md5, rows=7)},
            artifacts={"model/artifacts/model.joblib": files.Artifact(hashing.digest(model))},
            parameters={"data": {"extract": QUERY}, "model": {"train": {"seed": 1}}},
            metrics={"mae": 2.5},
            packages={"python": "3.11", "onnx": "1.23.2", "onnxruntime": "1.31.1"},
        )
        writing.write(
            bundle, model=name.encode(), contract=CONTRACT, golden=GOLDEN, reference=REFERENCE, lineage=lineage
        )
        self._record(model)
        return bundle

    def _record(self, model: Path) -> None:
        """Record the run as tracking.record does, without the artifacts: those take most of a second."""
        server, run = tracking.client(), tracking.run_of(model)
        logged = server.create_logged_model(tracking.experiment(), "model", source_run_id=run)
        server.finalize_logged_model(logged.model_id, LoggedModelStatus.READY)
        server.set_tag(run, tracking.MODEL_URI, f"models:/{logged.model_id}")

    def register(self, name: str, verdict: str | None = "pass") -> dict[str, Any]:
        """Build and register a model, gated with `verdict` unless that is None."""
        bundle = self.build(name)
        self.gate.unlink(missing_ok=True)
        if verdict:
            self.write_gate(reading.identity(bundle), verdict)
        return self.register_built()

    def register_built(self) -> dict[str, Any]:
        artifacts = self.root / "model/artifacts"
        return register.register(
            artifacts / "bundle", artifacts / "model.joblib", self.store, self.gate, anchor.open_ledger("toys")
        )

    def write_gate(self, sha256: str, verdict: str) -> None:
        rules = [
            {"rule": "size", "figure": 1, "limit": 2, "verdict": "pass", "detail": ""},
            {"rule": "mae", "figure": 9, "limit": 5, "verdict": verdict, "detail": ""},
        ]
        jsonfile.write(self.gate, {"schema_version": 1, "verdict": verdict, "bundle_sha256": sha256, "rules": rules})


_SIZE = Column(name="size", type="number", unit="cm", minimum=0, maximum=90, example=1)
CONTRACT = Contract(
    SCHEMA_VERSION,
    model="toys",
    target=Target("price", "US dollars"),
    interval=Interval(0.8),
    columns=(_SIZE,),
    json_schema={"type": "object"},
)
GOLDEN = files.Golden(SCHEMA_VERSION, 1e-9, [{"size": 1}], [{"prediction": 200.0, "lower": 180.0, "upper": 220.0}])
REFERENCE = files.Reference(SCHEMA_VERSION, 7, {}, files.Distribution([7], []))
QUERY = {
    "connection": "duckdb:toys.duckdb",
    "dataset": "shop",
    "table": "toys",
    "query": "select id, price\nfrom toys\nwhere year <= $year\n",
    "parameters": {"year": 2009},
}


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables, made once: that takes seconds."""
    file = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    mlflow.MlflowClient(f"sqlite:///{file}").search_registered_models()
    return file


@pytest.fixture
def workspace(tmp_path: Path, empty_registry: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name in ("CI", "PLUMBLINE_ACTOR", "PLUMBLINE_LEDGER", "PLUMBLINE_SIGNING_KEY", "PLUMBLINE_PUBLIC_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("MLFLOW_RUN_ID", raising=False)
    monkeypatch.chdir(tmp_path)
    shutil.copy(empty_registry, tmp_path / "mlflow.db")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return Workspace(tmp_path)


@pytest.fixture
def mlflow_uri(tmp_path: Path, empty_registry: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An MLflow of its own, which `MLFLOW_TRACKING_URI` names."""
    shutil.copy(empty_registry, tmp_path / "mlflow.db")
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.delenv("MLFLOW_RUN_ID", raising=False)
    monkeypatch.delenv("MLFLOW_EXPERIMENT_NAME", raising=False)
    return uri


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """The overlay of an environment `staging`, outside of any repository."""
    folder = tmp_path / "infrastructure/kubernetes/overlays/staging"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: []\n")
    (folder / "bundle.env").write_text(f"BUNDLE_URI=file:///store/{WANTED}\nBUNDLE_SHA256={WANTED}\n")
    return Overlay("staging", tmp_path)
