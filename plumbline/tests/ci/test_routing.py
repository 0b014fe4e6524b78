"""Which pipeline each change of this repository runs, decided by the paths of its own workflows."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from plumbline.ci import rooms
from plumbline.ci.routing import pipelines, route, workflows
from plumbline.ci.routing.changes import Changes, of_clone
from plumbline.testing.reach import Reach, names
from plumbline.testing.repository import ROOT, copy_repository, run

FOLDER = ROOT / workflows.FOLDER
TABLE = pipelines.read()
TRACKED = run(ROOT, "git", "ls-files").stdout.splitlines()


NO_ROOM = {"image", "docs", "production"}  # pipelines of files that are no code: their tests are the machinery's
NOT_CROSSING = {"infrastructure/tests/manifests/test_checkov.py": "checkov has an environment of its own, of minutes"}
# What reads a document and takes minutes: main runs it, and each night does.
NOT_BY_DOCUMENTS = {
    "infrastructure/tests/manifests/conftest.py": "it renders all manifests",
    "infrastructure/tests/terraform/test_commands.py": "it plans whole environments",
    "tests/acceptance/test_act.py": "it runs workflows; plumbline/tests/ci/test_own_workflow.py reads the same",
    "tests/acceptance/test_estimators.py": "it fits every estimator",
}
READS = re.compile(r'\b(?:ROOT|root|parent|TERRAFORM) / "((?:[\w.-]+/)*[\w-]+\.md)"')


def routed(*files: str, folder: Path = FOLDER) -> set[str]:
    routes = route.route(Changes(files), TABLE, folder)
    return {name for name, reason in routes.items() if reason}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["services/api/app/main.py"], {"services"}),
        (["services/predict/requirements.txt"], {"services"}),
        (["data/src/preprocess.py"], {"data", "image"}),
        (["data/contract.yaml"], {"data", "model", "image"}),
        (["model/housing_models.py"], {"model", "image"}),
        (["model/params.yaml"], {"model", "image"}),
        (["data/raw/training_data.tsv.dvc"], {"data", "model", "image"}),
        (["README.md"], {"docs"}),
        (["docs/bundle.md"], {"docs"}),
        (["tests/test_docs.py"], {"main"}),
        (["conftest.py"], {"services", "data", "model", "main"}),
        (["pyproject.toml"], {"services", "data", "model", "main", "image"}),
        (["plumbline/__init__.py"], {"services", "data", "model", "main", "image"}),
        (["plumbline/testing/needs.py"], {"services", "data", "model", "main", "image"}),
        (["data/tests/test_data.py"], {"data"}),
        (["plumbline/proof/hashes.py"], {"main", "image"}),
        (["plumbline/kernel/canonical.py"], {"data", "model", "main", "image", "services"}),
        (["plumbline/bundle/files.py"], {"services", "model", "main", "image"}),
        (["plumbline/ingest/extract.py"], {"data", "main", "image"}),
        (["plumbline/judge/gate.py"], {"model", "main", "image"}),
        (["plumbline/dvc/lock.py"], {"data", "model", "main", "image"}),
        (["Makefile"], {"services", "data", "model", "main", "image"}),
        (["requirements/dev.txt"], {"services", "main", "data", "model"}),
        (["benchmarks/serving/load.py"], {"main"}),
        (["infrastructure/terraform/main.tf"], {"main"}),
        ([".dvc/config"], {"main", "image"}),
        ([".github/workflows/ci.yml"], {"main"}),
        (["a_new_folder/file"], {"main"}),
        (["services/api/app/main.py", "README.md"], {"services", "docs"}),
        (["services/api/README.md"], {"services"}),
        (["infrastructure/kubernetes/overlays/production/bundle.env"], {"main", "production"}),
        (["infrastructure/kubernetes/overlays/staging/bundle.env"], {"main"}),
        (["data/src/preprocess.py", "model/src/train.py"], {"data", "model", "image"}),
        (["services/a", "data/b", "model/c", "d"], {"services", "data", "model", "main", "image"}),
        ([], set()),
    ],
)
def test_a_change_runs_its_own_pipelines(files: list[str], expected: set[str]) -> None:
    assert routed(*files) == expected


@pytest.mark.parametrize("room", ["services", "data", "model"])
def test_what_a_room_and_its_tests_import_runs_its_pipeline(room: str) -> None:
    graph = Reach(TRACKED, ROOT, opaque=("plumbline/cli",))
    own = [name for name in TRACKED if name.startswith(f"{room}/") and name.endswith(".py")]
    modules = {name for name in graph.closure(own) if not re.search(r"^(data|model|services)/__init__\.py$", name)}
    shared = ["Makefile", "conftest.py", "pyproject.toml", "plumbline/kernel/runtime.env", "requirements/setup"]
    shared += [name for name in TRACKED if re.fullmatch(r"requirements/(dev|pipeline)\.(in|txt)", name)]
    assert [name for name in sorted({*modules, *shared}) if room not in routed(name)] == []


@pytest.mark.parametrize(
    "pipeline", [entry for entry in TABLE if entry.name not in NO_ROOM], ids=lambda entry: entry.name
)
def test_a_test_that_a_pipeline_runs_routes_to_it(pipeline: pipelines.Pipeline) -> None:
    own = [name for name in TRACKED if name.startswith(pipeline.tests) and not name.endswith(".md")]
    assert [name for name in own if pipeline.name not in routed(name)] == []


def test_every_change_runs_the_tests_that_cross_rooms() -> None:
    ci = YAML(typ="safe", pure=True).load((FOLDER / "ci.yml").read_text())
    assert "paths" not in ci["on"]["push"]
    assert {"run": "plumb test crossing"} in ci["jobs"]["crossing"]["steps"]
    assert "if" not in ci["jobs"]["crossing"]
    assert "needs" not in ci["jobs"]["crossing"]


def test_each_night_runs_every_test_the_slow_ones_too() -> None:
    tests = YAML(typ="safe", pure=True).load((FOLDER / "acceptance.yml").read_text())["jobs"]["tests"]
    assert 'plumb test "$ROOM" --all' in [step.get("run") for step in tests["steps"]]
    there = tuple(rooms.paths(tests["strategy"]["matrix"]["room"]))
    assert [name for name in TRACKED if re.search(r"/test_\w+\.py$", name) and not name.startswith(there)] == []


def test_a_test_elsewhere_that_looks_into_a_room_crosses() -> None:
    graph, crossing = Reach(TRACKED, ROOT), pipelines.crossing()
    outside = [
        name for name in TRACKED if re.match(r"(infrastructure/tests|tests)/(?!acceptance).*test_\w+\.py$", name)
    ]
    inside = [name for name in TRACKED if re.match(r"(services|data|model)/", name)]

    def looks(test: str) -> bool:
        files = [name for name in graph.closure([test]) if name.startswith(f"{test.rpartition('/')[0]}/")]
        words = {word for name in files for part in graph.parts(name).values() for word in part.words}
        exact = {word.lstrip("./") for word in words if re.match(r"(services|data|model)/\w", word.lstrip("./"))}
        return any(names(word, file) for word in exact for file in inside)

    missed = [name for name in outside if not name.startswith(crossing) and looks(name)]
    assert sorted(set(missed) - set(NOT_CROSSING)) == []
    assert [name for name in NOT_CROSSING if name not in missed] == []


def test_a_test_that_reads_a_document_runs_when_that_changes() -> None:
    (docs,) = (entry for entry in TABLE if entry.name == "docs")
    run_by = {test.partition("::")[0] for test in (*docs.tests, *pipelines.crossing())}
    code = [name for name in TRACKED if re.match(r"(infrastructure/tests|plumbline/tests|tests)/.*\.py$", name)]
    texts = {name: (ROOT / name).read_text() for name in code}
    documents = [name for name in TRACKED if name.endswith(".md")]
    readers = [
        name
        for name, text in texts.items()
        if any(f"/{document}".endswith(f"/{word}") for word in READS.findall(text) for document in documents)
    ]

    def tests(reader: str) -> list[str]:
        folder, _, file = reader.rpartition("/")
        if file.startswith(("test_", "conftest")):
            return [reader]
        asks = re.compile(rf"import .*\b{file.removesuffix('.py')}\b")
        return [name for name in code if name.startswith(f"{folder}/test_") and asks.search(texts[name])]

    missed = {test for reader in readers for test in tests(reader) if not test.startswith(tuple(run_by))}
    assert missed == NOT_BY_DOCUMENTS.keys()


@pytest.mark.parametrize("name", ["dvc.yaml", "dvc.lock"])
def test_what_the_model_is_built_from_runs_the_model_pipeline(name: str) -> None:
    assert "model" in routed(name)


@pytest.mark.parametrize("pipeline", TABLE, ids=lambda entry: entry.name)
def test_a_workflow_and_the_actions_it_uses_run_it(pipeline: pipelines.Pipeline) -> None:
    path = FOLDER / pipeline.workflow
    actions = set(re.findall(r"uses: \./(\.github/actions/[\w-]+)", path.read_text()))
    assert pipeline.name in routed(f"{workflows.FOLDER}/{pipeline.workflow}")
    assert [action for action in sorted(actions) if pipeline.name not in routed(f"{action}/action.yml")] == []


def test_every_tracked_file_runs_at_least_one_pipeline() -> None:
    pushes = [workflows.read_push(FOLDER / pipeline.workflow) for pipeline in TABLE]
    assert [name for name in TRACKED if not any(push and push.by_path([name]) for push in pushes)] == []


@pytest.mark.parametrize("name", sorted({name for name in TRACKED if "/" not in name}))
def test_a_file_of_the_top_folder_runs_a_pipeline_of_the_machinery(name: str) -> None:
    assert routed(name) & {"main", "model", "docs"}


def test_a_file_that_no_workflow_owns_is_found(tmp_path: Path) -> None:
    for pipeline in TABLE:
        (tmp_path / pipeline.workflow).write_text("on: {push: {paths: ['services/**', 'data/**']}}")
    assert routed("services/a", folder=tmp_path)
    assert not routed("README.md", folder=tmp_path)


@pytest.mark.parametrize("pipeline", TABLE, ids=lambda entry: entry.name)
@pytest.mark.parametrize("branch", ["main", "develop"])
def test_a_push_runs_them_on_the_branches_that_count(pipeline: pipelines.Pipeline, branch: str) -> None:
    own = f"{workflows.FOLDER}/{pipeline.workflow}"
    push = workflows.read_push(FOLDER / pipeline.workflow)
    assert push is not None
    assert push.runs(f"refs/heads/{branch}", [own])
    assert not push.runs("refs/heads/topic", [own])
    assert not push.runs("refs/tags/v1.0.0", [own])


def test_a_moved_and_a_deleted_file_run_the_pipelines_of_every_folder_they_touch(tmp_path: Path) -> None:
    copy = copy_repository(tmp_path / "copy")
    run(copy, "git", "add", "--all")
    run(copy, "git", "-c", "user.name=someone", "-c", "user.email=someone@localhost", "commit", "--quiet", "-m", "copy")
    run(copy, "git", "mv", "data/src/featurize.py", "model/src/featurize.py")
    run(copy, "git", "rm", "-q", "services/api/app/main.py")
    changed = of_clone("HEAD", copy)
    assert changed.files == ("data/src/featurize.py", "model/src/featurize.py", "services/api/app/main.py")
    assert routed(*changed.files) == {"services", "data", "model", "image"}


def test_the_gate_calls_every_pipeline_and_needs_every_job() -> None:
    gate = YAML(typ="safe", pure=True).load((FOLDER / "pr-gate.yml").read_text())
    jobs = gate["jobs"]
    called = {name: job.get("uses") for name, job in jobs.items()}
    assert {entry.name: called.get(entry.name) for entry in TABLE} == {
        entry.name: f"./{workflows.FOLDER}/{entry.workflow}" for entry in TABLE
    }
    after_the_gate = {name for name, job in jobs.items() if "gate" in job.get("needs", [])}
    assert set(jobs["gate"]["needs"]) == set(jobs) - {"gate"} - after_the_gate
    assert jobs["gate"]["if"] == "always()"
    assert set(gate["on"]) == {"pull_request", "merge_group"}
    assert not any({"paths", "paths-ignore"} & set(filters or {}) for filters in gate["on"].values())
