"""Two builds of one commit, compared: a real DVC repository that holds the developer's."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import yaml
from onnx import helper, numpy_helper

from plumbline.dvc import lock
from plumbline.judge import rebuild
from plumbline.kernel import command, hashing, jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT

SOMEONE = {f"GIT_{role}_{key}": "someone@localhost" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


@pytest.fixture
def developer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A clone whose commit names the bundle of this working tree; it is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/raw").mkdir(parents=True)
    shutil.copy(ROOT / "data/contract.yaml", "data/contract.yaml")
    for name in ("training_data.tsv", "evaluation_data.tsv"):
        lines = (ROOT / "data/raw" / name).read_text().splitlines(keepends=True)
        (tmp_path / "data/raw" / name).write_text("".join(lines[:50]))
    shutil.copytree(ROOT / rebuild.BUNDLE, rebuild.BUNDLE)
    Path("model/artifacts/model.joblib").write_text("one")
    Path("build").write_text("true\n")
    stage = {"cmd": "sh build", "outs": ["model/artifacts/model.joblib", "model/artifacts/bundle"]}
    Path("dvc.yaml").write_text(yaml.safe_dump({"stages": {"train": stage}}))
    command.run("git", "init", "--quiet")
    command.run("dvc", "init", "--quiet")
    record()
    command.run("git", "add", "dvc.yaml", "dvc.lock", ".dvc/config")
    command.run("git", "commit", "--quiet", "--message", "Train", environment=SOMEONE)
    return lock.read(Path())


def record() -> None:
    command.run("dvc", "commit", "--quiet", "--force")


def edit(name: str, change: Callable[[Path], None]) -> None:
    """Change a file of the bundle, keep its manifest true, and record the build."""
    path = rebuild.BUNDLE / name
    content = path.read_bytes()
    path.unlink()  # DVC's files are links to its cache
    path.write_bytes(content)
    change(path)
    manifest = jsonfile.read(rebuild.BUNDLE / "manifest.json")
    manifest["files"][name] = {"sha256": hashing.digest(path), "size": path.stat().st_size}
    (rebuild.BUNDLE / "manifest.json").unlink()
    jsonfile.write(rebuild.BUNDLE / "manifest.json", manifest)
    record()


def rename(path: Path) -> None:
    graph = onnx.load(path)
    graph.doc_string = "another"
    onnx.save(graph, path)


def nudge(path: Path) -> None:
    """Multiply the last output, an end of the interval or the probabilities, by hardly more than one."""
    model = onnx.load(path)
    graph = model.graph
    name = graph.output[-1].name
    source = next(node for node in graph.node if name in node.output)
    source.output[list(source.output).index(name)] = "exact"
    graph.initializer.append(numpy_helper.from_array(np.float64(1 + 1e-12), "hardly"))
    graph.node.append(helper.make_node("Mul", ["exact", "hardly"], [name]))
    onnx.save(model, path)


def test_the_same_build_is_identical_in_bytes(developer: dict[str, Any]) -> None:
    assert rebuild.compare("HEAD", developer) == rebuild.Verdict("identical bytes", [])


def test_a_differing_model_file_under_the_same_bundle_is_named(developer: dict[str, Any]) -> None:
    Path("model/artifacts/model.joblib").unlink()
    Path("model/artifacts/model.joblib").write_text("two")
    record()
    found = rebuild.compare("HEAD", developer)
    assert found == rebuild.Verdict("identical predictions", ["model/artifacts/model.joblib"])


def test_a_differing_file_of_the_bundle_that_predicts_the_same_is_named(developer: dict[str, Any]) -> None:
    edit("model.onnx", rename)
    found = rebuild.compare("HEAD", developer)
    assert found == rebuild.Verdict("identical predictions", ["model/artifacts/bundle/model.onnx"])


def test_an_output_that_differs_in_its_last_bits_is_different(developer: dict[str, Any]) -> None:
    edit("model.onnx", nudge)
    assert rebuild.compare("HEAD", developer).statement == "different"


def test_a_bundle_of_another_contract_is_different(developer: dict[str, Any]) -> None:
    edit("contract.json", lambda path: jsonfile.write(path, jsonfile.read(path) | {"model": "other"}))
    assert rebuild.compare("HEAD", developer).statement == "different"


def test_a_developers_bundle_that_cannot_be_had_is_an_error(developer: dict[str, Any]) -> None:
    edit("model.onnx", rename)
    for entry in developer["train"]["outs"]:
        if entry["path"].endswith("bundle"):
            cached = Path(".dvc/cache/files/md5") / entry["md5"][:2] / entry["md5"][2:]
            cached.unlink()
    with pytest.raises(PlumblineError, match="Whoever made HEAD must run `dvc push`"):
        rebuild.compare("HEAD", developer)


def test_data_that_no_developer_built_from_leaves_nothing_to_compare_with(developer: dict[str, Any]) -> None:
    developer["train"]["deps"] = [{"path": "data/raw/training_data.tsv", "md5": "1" * 32}]
    Path("data/raw/training_data.tsv.dvc").write_text(
        yaml.safe_dump({"outs": [{"path": "training_data.tsv", "md5": "2" * 32}]})
    )

    assert rebuild.compare("HEAD", developer) == rebuild.Verdict("new data", ["data/raw/training_data.tsv"])
