"""A folder is scored file by file with the answers of a single file, what is finished stays, and a fault is named."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.local.score import manifest, run
from plumbline.local.score.command import score
from plumbline.local.score.folders import Folder
from services.common.tests import toy

NAMES = ["b.tsv", "x/year=2026/c.parquet", "x/a plant.csv"]


@pytest.fixture
def plants(golden: pd.DataFrame, house: Path) -> Path:
    """Tables of each kind, one of which has a row that is refused; and what is no table."""
    folder = house / "plants"
    (folder / "x/year=2026").mkdir(parents=True)
    many = pd.concat([golden] * 40, ignore_index=True)
    many.to_csv(folder / NAMES[2], index=False)
    many.iloc[::-1].to_parquet(folder / NAMES[1], index=False)
    wrong = golden.astype(object)
    wrong.iloc[2, 0] = "nonsense"
    wrong.to_csv(folder / NAMES[0], index=False, sep="\t")
    (folder / "x/_SUCCESS").write_text("")
    (folder / "x/.hidden.csv").write_text("")
    (folder / "README.md").write_text("These are plants.")
    return folder


def answers(folder: Path) -> dict[str, bytes]:
    """Give the content of the tables that lie in a folder."""
    return {name: (folder / name).read_bytes() for name in Folder(str(folder)).tables()}


def plumb(*words: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run `plumb` here, which may write files of `limit` bytes at most."""
    bound = resource.RLIM_INFINITY if limit is None else limit
    return subprocess.run(
        [sys.executable, "-m", "plumbline.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound)),
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_the_files_are_those_that_scoring_one_by_one_gives(
    plants: Path, environment: dict[str, str], workers: int
) -> None:
    for name in NAMES:
        (plants.parent / "single" / name).parent.mkdir(parents=True, exist_ok=True)
        score(str(plants / name), plants.parent / "single" / name, environment, workers=1)

    found = run.score(str(plants), "scored", environment, workers)

    assert list(found.records) == sorted(NAMES)
    assert answers(Path("scored")) == answers(Path("single"))
    assert len(answers(Path("scored"))) == len(NAMES) + 1
    assert found.records["b.tsv"]["rejected"]["rows"] == 1
    assert found.rows == sum(record["input"]["rows"] for record in found.records.values())


def test_what_is_finished_is_not_scored_again_and_what_changed_is(plants: Path, environment: dict[str, str]) -> None:
    first = run.score(str(plants), "scored", environment, 1)
    before, written = answers(Path("scored")), Path("scored", NAMES[1]).stat().st_ino
    again = run.score(str(plants), "scored", environment, 1)
    assert (again.rows, again.records) == (0, first.records)

    pd.read_csv(plants / NAMES[0], sep="\t").drop(index=2).to_csv(plants / NAMES[0], sep="\t", index=False)
    Path("scored", NAMES[2]).unlink()
    last = run.score(str(plants), "scored", environment, 1)

    assert last.rows == sum(last.records[name]["input"]["rows"] for name in (NAMES[0], NAMES[2]))
    assert last.records[NAMES[0]]["rejected"] is None
    assert Path("scored", NAMES[1]).stat().st_ino == written
    assert not Path("scored/b.rejected.tsv").exists()
    assert answers(Path("scored"))[NAMES[2]] == before[NAMES[2]]


def test_answers_of_another_bundle_are_not_mixed_in(
    plants: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    run.score(str(plants), "scored", environment, 1)
    other = tmp_path_factory.mktemp("other") / "plants"
    sha256 = toy.build(other, toy.PLANTS, version="4", rows=8)
    released = environment | {"PREDICT_BUNDLE_URI": str(other), "PREDICT_BUNDLE_SHA256": sha256}
    with pytest.raises(PlumblineError, match=r"answers of .* version 3 .* is .* version 4 .*name another folder"):
        run.score(str(plants), "scored", released, 1)


def test_the_manifest_says_what_answered_and_finds_every_change(plants: Path, environment: dict[str, str]) -> None:
    outcome, output = run.score(str(plants), "scored", environment, 1), Folder("scored")
    content = manifest.verify(output)
    assert outcome.signed
    assert content["model"]["bundle_sha256"] == environment["PREDICT_BUNDLE_SHA256"]
    assert content["release"]["git_commit"] == "c" * 40
    assert content["lineage"]["data"]["data/raw/toy.tsv"]["md5"] == "0" * 32
    assert [item["input"]["file"] for item in content["files"]] == sorted(NAMES)
    assert content["files"][0]["rejected"]["rows"] == 1

    refused = Path("scored/b.rejected.tsv")
    faults: list[tuple[str, Callable[[], object]]] = [
        ("b.rejected.tsv is not what was written there", lambda: refused.write_bytes(refused.read_bytes()[:-1])),
        ("x/a plant.csv is missing", lambda: Path("scored", NAMES[2]).unlink()),
        ("more.csv is not in the manifest", lambda: Path("scored/more.csv").write_text("a\n1\n")),
        ("the signature of _manifest is not valid", lambda: Path("scored", manifest.MANIFEST).write_text("{}")),
        ("is not signed: run `plumb release keys`", lambda: Path("scored", manifest.SIGNED).unlink()),
        ("has no manifest", lambda: Path("scored", manifest.MANIFEST).unlink()),
    ]
    kept = {path: path.read_bytes() for path in Path("scored").rglob("*") if path.is_file()}
    for message, break_it in faults:
        break_it()
        with pytest.raises(PlumblineError, match=message):
            manifest.verify(output)
        Path("scored/more.csv").unlink(missing_ok=True)
        for path, was in kept.items():
            path.write_bytes(was)
    assert manifest.verify(output) == content


def test_a_fault_is_named_and_the_rest_goes_on_or_stops(plants: Path, bundle: Path, golden: pd.DataFrame) -> None:
    required = next(column.name for column in reading.part(bundle, Contract).columns if column.required)
    golden.drop(columns=required).to_csv(plants / "less.csv", index=False)
    whole = (plants / NAMES[1]).read_bytes()
    (plants / NAMES[1]).write_bytes(whole[: len(whole) // 2])

    done = plumb("score", "plants", "scored")

    assert done.returncode == 1
    assert f"less.csv has no column '{required}'" in done.stderr
    assert f"not scored: {NAMES[1]} cannot be read" in done.stderr
    assert done.stderr.splitlines()[-1] == "error: 2 of 4 files could not be scored, each named above with why"
    assert set(answers(Path("scored"))) == {"b.tsv", "b.rejected.tsv", NAMES[2]}
    assert set(json.loads(Path("scored", manifest.MANIFEST).read_text())["failed"]) == {"less.csv", NAMES[1]}
    checked = plumb("score", "scored", "--verify")
    assert (checked.returncode, checked.stderr.splitlines()[-1][:45]) == (
        1,
        "error: scored is not complete, for less.csv, ",
    )

    stopped = plumb("score", "plants", "other", "--stop", "--workers", "1")
    assert (stopped.returncode, stopped.stderr.splitlines()[-1].split()[:2]) == (1, ["error:", "less.csv"])
    assert not Path("other", manifest.MANIFEST).exists()


def test_where_nothing_more_can_be_written_the_file_is_named(plants: Path) -> None:
    done = plumb("score", "plants", "scored", limit=20_000)  # a full disk to the long file, and none to the others
    assert done.returncode == 1
    assert f"scored/{NAMES[2]} cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert NAMES[2] not in answers(Path("scored"))
    assert "b.tsv" in answers(Path("scored"))
    assert not list(Path("scored").rglob(".partial-*"))


@pytest.mark.parametrize(
    ("given", "written", "message"),
    [
        ("plants", "plants/scored", "lie in one another"),
        ("empty", "scored", r"holds no \.csv, \.tsv or \.parquet file"),
        ("plants", "taken", "taken.* cannot be"),
    ],
)
def test_folders_that_cannot_be_used_are_said_in_a_sentence(
    plants: Path, environment: dict[str, str], given: str, written: str, message: str
) -> None:
    Path("empty").mkdir()
    Path("taken").write_text("a file")
    with pytest.raises(PlumblineError, match=message) as caught:
        run.score(given, written, environment, 1)
    assert "\n" not in str(caught.value)


def test_a_file_that_takes_the_place_of_rejected_rows_is_refused(plants: Path, environment: dict[str, str]) -> None:
    (plants / "b.rejected.tsv").write_bytes((plants / "b.tsv").read_bytes())
    with pytest.raises(PlumblineError, match=r"has the name of what is rejected of b\.tsv"):
        run.score(str(plants), "scored", environment, 1)
