import http.server
import json
import threading

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.registry import answers, lineage


@pytest.fixture
def released(workspace):
    released = workspace.register("a")
    workspace.registry.promote("1", "human:ada")
    return released


@pytest.fixture
def answer(released):
    model = {"name": "toys", "version": "1", "bundle_sha256": released["bundle_sha256"]}
    return {"id": "p-1", "created_at": "2026-01-31T12:00:00Z", "prediction": 12.5, "model": model}


def kinds(links):
    return [link.kind for link in links if link.kind.strip()]


def broken(links):
    return [link.kind for link in links if link.broken]


def test_leads_from_a_prediction_to_the_warehouse_query(workspace, released, answer):
    links = list(lineage.of_prediction(workspace.registry, answer))

    assert kinds(links) == ["prediction", "version", "bundle", "run", "commit", "dvc.lock", "data", "query"]
    assert broken(links) == []
    text = "\n".join(map(str, links))
    for expected in (released["run_id"], released["git_commit"], released["dvc_lock_sha256"], "where year <= $year"):
        assert expected in text


def test_leads_from_data_to_the_versions_built_from_it_and_what_became_of_them(workspace, released):
    workspace.register("b")
    md5 = workspace.registry.version("1").tags["data/raw/train.tsv.md5"]

    links = list(lineage.of_data(workspace.registry, md5[:8]))

    assert kinds(links) == ["query", "data", "version", "bundle", "ledger", "ledger"]
    assert [link.name for link in links if link.kind == "version"] == ["toys 1 (champion)"]
    assert "promoted" in str(links[-1])


def test_says_what_no_query_gave_as_it_is(workspace):
    raw = workspace.root / "data/raw/train.tsv"
    raw.parent.mkdir(parents=True)
    raw.write_text("edited")
    record = {"outs": [{"md5": "0" * 32}], "meta": {"sha256": "0" * 64, "extraction": {"query": "before"}}}
    raw.with_name("train.tsv.dvc").write_text(json.dumps(record))
    workspace.register("a")

    for links in (lineage.of_version(workspace.registry, "1"), lineage.of_data(workspace.registry, md5(workspace))):
        text = {link.kind: str(link) for link in links if link.kind.strip()}
        assert "edited by hand since" in text["data"]
        assert "which did not give data/raw/train.tsv: edited by hand since" in text["query"]


def md5(workspace):
    return workspace.registry.version("1").tags["data/raw/train.tsv.md5"]


def test_says_of_a_commit_that_files_differed_from_it(workspace):
    workspace.build("a")
    (workspace.root / "dvc.lock").write_text("stages: {}\n")
    workspace.register_built()

    for links in (lineage.of_version(workspace.registry, "1"), lineage.of_data(workspace.registry, md5(workspace))):
        assert "with uncommitted changes" in "\n".join(map(str, links))


def test_takes_a_file_for_its_md5(workspace, released):
    assert "version" in kinds(lineage.of_data(workspace.registry, "model/artifacts/model.joblib"))


@pytest.mark.parametrize(
    ("wanted", "message"), [("0" * 32, "no version of toys was built from"), ("sales", "neither a file nor")]
)
def test_says_when_data_led_to_nothing(workspace, released, wanted, message):
    with pytest.raises(PlumblineError, match=message):
        list(lineage.of_data(workspace.registry, wanted))


def test_finds_a_bundle_that_was_altered(workspace, released):
    (workspace.store / "toys" / released["bundle_sha256"] / "model.onnx").write_bytes(b"other")

    assert broken(lineage.of_version(workspace.registry, "1")) == ["bundle"]


@pytest.mark.parametrize(
    ("tag", "value", "link"),
    [("dvc_lock_sha256", "0" * 64, "dvc.lock"), ("data/raw/train.tsv.md5", "0" * 32, "data")],
)
def test_finds_a_version_whose_tag_was_changed(workspace, released, tag, value, link):
    workspace.registry.server.set_model_version_tag("toys", "1", tag, value)

    assert broken(lineage.of_version(workspace.registry, "1")) == [link]


def test_finds_a_run_that_trained_another_model(workspace, released):
    workspace.registry.server.set_tag(released["run_id"], "model_sha256", "0" * 64)

    assert broken(lineage.of_version(workspace.registry, "1")) == ["run"]


def test_finds_a_prediction_by_another_bundle_than_its_versions(workspace, answer):
    answer["model"]["bundle_sha256"] = "0" * 64

    assert broken(lineage.of_prediction(workspace.registry, answer)) == ["version"]


def test_goes_on_in_a_clone_that_lacks_the_commit(workspace, released):
    workspace.registry.server.set_model_version_tag("toys", "1", "git_commit", "0" * 40)

    links = list(lineage.of_version(workspace.registry, "1"))

    assert "query" in kinds(links)
    assert "not in this clone: git fetch" in "\n".join(map(str, links))


def test_refuses_a_prediction_by_a_bundle_that_nobody_registered(workspace, answer):
    answer["model"]["version"] = None

    with pytest.raises(PlumblineError, match="no version is named"):
        list(lineage.of_prediction(workspace.registry, answer))


def test_reads_an_answer_from_a_file(tmp_path):
    (tmp_path / "answer.json").write_text('{"id": "p-1"}')

    assert answers.read(str(tmp_path / "answer.json")) == {"id": "p-1"}


class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == "/v1/predictions/p-1"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"id": "p-1"} if known else {}).encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def api(monkeypatch):
    with http.server.HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("PLUMBLINE_API_URL", f"http://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
        thread.join()


def test_asks_the_api_for_a_prediction(api):
    assert answers.read("p-1") == {"id": "p-1"}


def test_says_that_the_api_knows_no_such_prediction(api):
    with pytest.raises(PlumblineError, match="answers 404: the api knows no prediction 'p-2'"):
        answers.read("p-2")


def test_says_that_the_api_does_not_answer(monkeypatch):
    monkeypatch.setenv("PLUMBLINE_API_URL", "http://127.0.0.1:9")

    with pytest.raises(PlumblineError, match=r"is no file, and the api at http://127\.0\.0\.1:9 does not answer"):
        answers.read("p-1")
