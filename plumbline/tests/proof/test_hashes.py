"""expected_hashes.txt, verified and updated."""

from pathlib import Path

import pytest

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.proof import hashes


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in hashes.ARTIFACTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    jsonfile.write(tmp_path / hashes.BUNDLE / "manifest.json", {"schema_version": 1})
    hashes.write(tmp_path)
    return tmp_path


def test_what_was_written_is_verified(root: Path) -> None:
    assert hashes.verify(root) == (5, [])
    assert hashes.write(root) == []


def test_a_changed_artifact_is_named_with_expected_and_actual(root: Path) -> None:
    expected = hashes.actual(root).hashes["model/artifacts/model.joblib"]
    (root / "model/artifacts/model.joblib").write_text("other")
    actual = hashes.actual(root).hashes["model/artifacts/model.joblib"]
    with pytest.raises(PlumblineError) as caught:
        hashes.verify(root)
    assert f"model/artifacts/model.joblib\n  expected {expected}\n  actual   {actual}" in str(caught.value)
    assert "data/preprocessor.joblib" not in str(caught.value)
    assert hashes.write(root) == [f"model/artifacts/model.joblib\n  expected {expected}\n  actual   {actual}"]
    assert hashes.verify(root) == (5, [])


def test_a_missing_artifact_and_an_unlisted_one_are_named(root: Path) -> None:
    (root / "data/preprocessor.joblib").unlink()
    (root / hashes.BUNDLE / "extra").write_text("")
    with pytest.raises(PlumblineError, match=r"(?s)preprocessor.*not there.*extra\n  expected \(none: not listed\)"):
        hashes.verify(root)
    with pytest.raises(PlumblineError, match=r"data/preprocessor.joblib not built: run `dvc repro`"):
        hashes.write(root)


def test_an_artifact_that_was_not_built_is_no_change_of_format(root: Path) -> None:
    (root / hashes.BUNDLE / "manifest.json").unlink()
    with pytest.raises(PlumblineError, match="`dvc repro` builds what is not there") as caught:
        hashes.verify(root)
    assert "likely cause" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_a_manifest_edited_by_hand_is_a_changed_artifact(root: Path, text: str) -> None:
    (root / hashes.BUNDLE / "manifest.json").write_text(text)
    with pytest.raises(PlumblineError, match=r"model/artifacts/bundle/manifest.json\n  expected"):
        hashes.verify(root)


def test_a_bare_hash_is_the_preprocessors_and_names_what_it_says_nothing_of(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sha256 = hashes.actual(root).hashes[hashes.PREPROCESSOR]
    (root / hashes.EXPECTED).write_text(f"{sha256}\n")
    others = [*hashes.ARTIFACTS[1:], f"{hashes.BUNDLE}/manifest.json"]
    assert hashes.verify(root) == (1, others)
    hashes.main(root=root)
    assert f"4 were not compared: {', '.join(others)}" in capsys.readouterr().out
    (root / hashes.PREPROCESSOR).write_text("other")
    with pytest.raises(PlumblineError, match=f"data/preprocessor.joblib\n  expected {sha256}"):
        hashes.verify(root)


def test_a_file_that_lost_its_other_lines_is_refused(root: Path) -> None:
    sha256 = hashes.actual(root).hashes[hashes.PREPROCESSOR]
    (root / hashes.EXPECTED).write_text(f"{hashes.PREPROCESSOR} {sha256}\n")
    with pytest.raises(PlumblineError, match=r"model.joblib\n  expected \(none: not listed\)"):
        hashes.verify(root)


@pytest.mark.parametrize(("name", "other"), [("scikit-learn", "1.0.0"), ("bundle-schema", "0")])
def test_a_changed_version_is_said_to_be_the_likely_cause(root: Path, name: str, other: str) -> None:
    path = root / hashes.EXPECTED
    now = hashes.actual(root).versions[name]
    path.write_text(path.read_text().replace(f"# {name} {now}", f"# {name} {other}"))
    assert hashes.verify(root) == (5, [])  # the bytes are what counts
    (root / hashes.PREPROCESSOR).write_text("other")
    with pytest.raises(PlumblineError, match=f"The likely cause: {name} was {other} and is {now}"):
        hashes.verify(root)


def test_a_line_that_is_no_hash_is_named() -> None:
    with pytest.raises(PlumblineError, match=r"expected_hashes.txt:2: 'data/x 123' is not `path sha256`"):
        hashes.parse(f"{'0' * 64}\ndata/x 123\n")
