"""What is compared once a cluster says that it is done: the model that answers and the price that it gives."""

import pytest

from plumbline.bundle import files
from plumbline.deploy import served
from plumbline.deploy.diagnosis import Snapshot
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.conftest import CONTRACT, GOLDEN, WANTED

OTHER = "b" * 64


class Answering:
    """Stands for the pods of a cluster: gives each answer once, the last one again and again."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def ask(self, pod, port, method, path, body=None, key=""):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(served, "_GRACE", 60)
    monkeypatch.setattr(served, "_PAUSE", 0.01)


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / WANTED
    folder.mkdir()
    (folder / files.GOLDEN).write_bytes(files.encode(GOLDEN))
    (folder / files.CONTRACT).write_bytes(files.encode(CONTRACT.describe()))
    return folder


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


def test_the_bundle_that_a_pod_should_not_serve_is_named(overlay):
    (finding,) = served.compare({"one": described(WANTED), "two": described(OTHER)}, overlay)
    assert (finding.problem, finding.where) == ("bundle", "Pod two")
    assert finding.what == f"it serves {OTHER} and not {WANTED}"


def test_no_ready_pod_is_a_finding_and_not_agreement(overlay):
    (finding,) = served.compare({}, overlay)
    assert "no pod of predict is ready" in finding.what


def test_only_ready_pods_are_asked_and_one_that_refuses_is_named():
    assert served.pods(Answering((200, described(WANTED))), seen("predict")) == {"predict-1": described(WANTED)}
    assert served.pods(Answering((500, {})), seen("predict", ready=False)) == {}
    with pytest.raises(PlumblineError, match="pod predict-1 does not say which model it serves"):
        served.pods(Answering((503, {"title": "no model"})), seen("predict"))


def test_the_price_is_that_of_the_training_pipeline_once_the_version_before_is_gone(bundle):
    cluster = Answering(answer(90.0, OTHER), answer(200.0))
    assert served.price(cluster, seen("api"), bundle, "key")["prediction"] == 200.0


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (answer(200.1), r"the service says 200\.1, the training pipeline \[200\.0\]"),
        ((503, {"title": "predict does not answer"}), "api does not answer: 503"),
    ],
    ids=["another price", "a refusal"],
)
def test_another_price_and_a_refusal_are_errors(bundle, reply, message):
    with pytest.raises(PlumblineError, match=message):
        served.price(Answering(reply), seen("api"), bundle, "key")


def test_a_prediction_of_another_commit_is_named():
    served.check_lineage({"lineage": {"git_commit": "a" * 40}}, "a" * 40)
    with pytest.raises(PlumblineError, match=f"commit {'b' * 40} made its model, the registry {'a' * 40}"):
        served.check_lineage({"lineage": {"git_commit": "b" * 40}}, "a" * 40)


def test_there_is_no_price_without_a_ready_pod(bundle):
    with pytest.raises(PlumblineError, match="no pod of api is ready"):
        served.price(Answering(answer(200.0)), seen("api", ready=False), bundle, "key")
