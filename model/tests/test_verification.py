"""What is compared once a cluster says that it is done: the model that answers and the price that it gives."""

import json

import pytest

from model.src import verification
from tools.deploy.diagnosis import Snapshot
from tools.deploy.overlay import Overlay
from tools.errors import PlumblineError

WANTED, OTHER = "a" * 64, "b" * 64


class Answering:
    """Stands for the pods of a cluster: gives each answer once, the last one again and again."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def ask(self, pod, port, method, path, body=None, key=""):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(verification, "_GRACE", 60)
    monkeypatch.setattr(verification, "_PAUSE", 0.01)


@pytest.fixture
def overlay(tmp_path):
    folder = tmp_path / "infrastructure/kubernetes/overlays/staging"
    folder.mkdir(parents=True)
    (folder / "kustomization.yaml").write_text("resources: []\n")
    (folder / "bundle.env").write_text(f"BUNDLE_URI=file:///store/{WANTED}\nBUNDLE_SHA256={WANTED}\n")
    return Overlay("staging", tmp_path)


@pytest.fixture
def golden(tmp_path):
    file = tmp_path / WANTED / "golden.json"
    file.parent.mkdir()
    content = {"rows": [{"size": 1}], "predictions": [{"prediction": 200.0}], "relative_tolerance": 1e-9}
    file.write_text(json.dumps(content))
    return file


def seen(service, ready=True):
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    pod = {
        "metadata": {"name": f"{service}-1", "labels": {"app.kubernetes.io/name": service}},
        "status": {"phase": "Running", "conditions": [condition]},
    }
    return Snapshot(pods=[pod])


def described(sha256):
    return {"model": {"bundle_sha256": sha256}}


def answer(price, sha256=WANTED):
    return 201, {"prediction": price, **described(sha256)}


class Moving:
    """Stands for a cluster: shows each snapshot once, the last one again and again."""

    def __init__(self, *snapshots):
        self.snapshots = list(snapshots)

    def snapshot(self, application):
        return self.snapshots.pop(0) if len(self.snapshots) > 1 else self.snapshots[0]


def deployed(revision, abort):
    health = "Degraded" if abort else "Healthy"
    application = {"metadata": {"name": "a"}, "status": {"sync": {"status": "Synced", "revision": revision}}}
    application["status"]["health"] = {"status": health}
    rollout = {"metadata": {"name": "predict"}, "status": {"phase": health, "abort": abort, "message": "taken back"}}
    return Snapshot(application=application, rollouts=[rollout])


@pytest.fixture
def hasty(monkeypatch):
    """No grace for what is final; the overlay of HEAD is that of the revision `new`."""
    monkeypatch.setattr(verification, "_GRACE", 0)
    monkeypatch.setattr(verification.commits, "changed_since", lambda revision, where: revision != "new")


def test_the_end_of_the_deployment_before_is_not_taken_for_the_end_of_this_one(overlay, hasty):
    before = [deployed("old", abort=True)] * 5
    assert verification.wait(Moving(*before, deployed("new", abort=False)), overlay, "a", 60) == []


def test_a_deployment_that_the_cluster_took_back_ends_the_wait(overlay, hasty):
    findings = verification.wait(Moving(deployed("new", abort=True)), overlay, "a", 60)
    assert ("rollout", True) in [(finding.problem, finding.final) for finding in findings]
    assert "time" not in [finding.problem for finding in findings]


def test_a_commit_that_never_arrives_is_named_when_the_time_is_up(overlay, hasty):
    findings = verification.wait(Moving(deployed("old", abort=True)), overlay, "a", 0.1)
    assert (findings[0].problem, "was this commit pushed?" in findings[0].what) == ("time", True)


def test_the_bundle_that_a_pod_should_not_serve_is_named(overlay):
    (finding,) = verification.compare({"one": described(WANTED), "two": described(OTHER)}, overlay)
    assert (finding.problem, finding.where) == ("bundle", "Pod two")
    assert finding.what == f"it serves {OTHER} and not {WANTED}"


def test_no_ready_pod_is_a_finding_and_not_agreement(overlay):
    (finding,) = verification.compare({}, overlay)
    assert "no pod of predict is ready" in finding.what


def test_only_ready_pods_are_asked_and_one_that_refuses_is_named():
    assert verification.served(Answering((200, described(WANTED))), seen("predict")) == {"predict-1": described(WANTED)}
    assert verification.served(Answering((500, {})), seen("predict", ready=False)) == {}
    with pytest.raises(PlumblineError, match="pod predict-1 does not say which model it serves"):
        verification.served(Answering((503, {"title": "no model"})), seen("predict"))


def test_the_price_is_that_of_the_training_pipeline_once_the_version_before_is_gone(golden):
    cluster = Answering(answer(90.0, OTHER), answer(200.0))
    assert verification.price(cluster, seen("api"), golden, "key")["prediction"] == 200.0


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (answer(200.1), "api says 200.1 for a house that the training pipeline prices 200.0"),
        ((503, {"title": "predict does not answer"}), "api does not price a house: 503"),
    ],
    ids=["another price", "a refusal"],
)
def test_another_price_and_a_refusal_are_errors(golden, reply, message):
    with pytest.raises(PlumblineError, match=message):
        verification.price(Answering(reply), seen("api"), golden, "key")


def test_there_is_no_price_without_a_ready_pod(golden):
    with pytest.raises(PlumblineError, match="no pod of api is ready"):
        verification.price(Answering(answer(200.0)), seen("api", ready=False), golden, "key")
