"""A table is scored with the services' answers to the last bit, and nothing of it is lost."""

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from plumbline.bundle import reading
from plumbline.bundle.contract import Contract
from plumbline.bundle.files import Golden
from plumbline.kernel.errors import PlumblineError
from plumbline.local.score.command import score
from plumbline.local.score.sink import Sink
from services.common.tests.running import Running

SAID = ["prediction", "lower", "upper"]


@pytest.fixture(scope="module")
def service(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    log = tmp_path_factory.mktemp("service") / "log"
    with Running("predict", log, bundle_uri=bundle, bundle_sha256=reading.identity(bundle)) as running:
        yield running


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_the_answers_are_those_of_the_service(
    service: Running, bundle: Path, environment: dict[str, str], golden: pd.DataFrame, tmp_path: Path, suffix: str
) -> None:
    given, output = tmp_path / "plants.csv", tmp_path / f"scored{suffix}"
    golden.to_csv(given, index=False)
    rows = reading.part(bundle, Golden).rows
    wanted = service.client.post("/v1/predict", json={"inputs": rows}).json()["predictions"]

    record = score(str(given), output, environment, workers=2)

    readers = {".csv": pd.read_csv, ".tsv": lambda file: pd.read_csv(file, sep="\t"), ".parquet": pd.read_parquet}
    found = readers[suffix](output)
    assert found[SAID].to_dict("records") == wanted
    assert record["output"]["rows"] == len(golden)
    assert record["rejected"] is None
    assert json.loads((tmp_path / f"scored{suffix}.json").read_text())["model"] == record["model"]
    assert record["lineage"]["data"]


def test_the_number_of_processes_changes_no_byte(
    environment: dict[str, str], golden: pd.DataFrame, tmp_path: Path
) -> None:
    many = pd.concat([golden] * (2500 // len(golden)), ignore_index=True)
    many.to_parquet(tmp_path / "plants.parquet")
    outputs = [tmp_path / f"{workers}.csv" for workers in (1, 3)]
    for workers, output in zip((1, 3), outputs, strict=True):
        score(str(tmp_path / "plants.parquet"), output, environment, workers)

    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert len(pd.read_csv(outputs[0])) == len(many)


def test_a_row_that_breaks_the_contract_goes_aside_with_why(
    bundle: Path, environment: dict[str, str], golden: pd.DataFrame, tmp_path: Path
) -> None:
    columns = reading.part(bundle, Contract).columns
    name = next(column.name for column in columns if column.type in ("integer", "number"))
    wrong = golden.astype({name: object})
    wrong.loc[2, name] = "many"
    wrong["prediction"] = "mine"
    wrong.to_csv(tmp_path / "plants.csv", index=False)
    output = tmp_path / "scored.csv"

    record = score(str(tmp_path / "plants.csv"), output, environment, workers=1)

    aside = pd.read_csv(tmp_path / "scored.rejected.csv")
    assert (record["rejected"]["file"], record["rejected"]["rows"]) == ("scored.rejected.csv", 1)
    assert aside["row"].tolist() == [3]
    assert name in aside["why"][0]
    scored = pd.read_csv(output)
    assert len(scored) == len(golden) - 1
    assert set(scored["prediction"]) == {"mine"}
    assert scored["prediction_"].notna().all()
    score(str(tmp_path / "plants.csv"), output, environment, workers=1)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "plants.csv",
        "scored.csv",
        "scored.csv.json",
        "scored.rejected.csv",
    ]


def test_a_table_without_a_column_and_a_bundle_that_is_another_are_said_in_a_sentence(
    bundle: Path, environment: dict[str, str], golden: pd.DataFrame, tmp_path: Path
) -> None:
    required = next(column.name for column in reading.part(bundle, Contract).columns if column.required)
    golden.drop(columns=required).to_csv(tmp_path / "less.csv", index=False)
    with pytest.raises(PlumblineError, match=f"has no column '{required}', which every row must have"):
        score(str(tmp_path / "less.csv"), tmp_path / "scored.csv", environment, workers=1)
    golden.to_csv(tmp_path / "plants.csv", index=False)
    with pytest.raises(PlumblineError, match=r"manifest\.json"):
        score(
            str(tmp_path / "plants.csv"),
            tmp_path / "scored.csv",
            environment | {"PREDICT_BUNDLE_SHA256": "0" * 64},
            workers=1,
        )
    with pytest.raises(PlumblineError, match=r"ends in no \.csv"):
        score(str(tmp_path / "plants.csv"), tmp_path / "scored.xlsx", environment, workers=1)
    assert not list(tmp_path.glob("scored*"))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_output_that_cannot_be_written_is_said_in_a_sentence_and_nothing_is_left(
    golden: pd.DataFrame, tmp_path: Path, suffix: str
) -> None:
    output, (soft, hard) = tmp_path / f"scored{suffix}", resource.getrlimit(resource.RLIMIT_FSIZE)
    numbered = pd.concat([golden] * 100, ignore_index=True).assign(number=range(100 * len(golden)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, hard))  # a full disk to this process alone
    try:
        with (
            pytest.raises(PlumblineError, match=f"scored{suffix} cannot be written: .*File too large$"),
            Sink(output) as sink,
        ):
            sink.write(numbered)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())
