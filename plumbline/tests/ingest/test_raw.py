"""Raw files are validated before they are loaded, and no version is ever lost."""

import json
import shutil
from pathlib import Path

import boto3
import pytest

from plumbline.ingest import raw
from plumbline.ingest.connections import connect
from plumbline.ingest.extract import Parameters, extract, load
from plumbline.ingest.update import update
from plumbline.ingest.version import commit
from plumbline.kernel import hashing, table
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import run
from plumbline.tests.ingest.conftest import rows


def extracted(parameters: Parameters, rules: Contract, *, new_version: bool = False) -> None:
    load(
        extract(connect(parameters.connection), parameters, rules),
        parameters,
        rules,
        new_version=new_version,
    )


def names(parameters: Parameters) -> list[Path]:
    return [parameters.training, parameters.evaluation]


def test_rows_that_break_the_contract_never_reach_the_raw_folder(parameters: Parameters, rules: Contract) -> None:
    broken = rows(10)
    broken.loc[2, "color"] = "purple"
    broken.loc[5, "year"] = 1900
    broken.to_csv("shop.tsv", sep="\t", index=False)
    with pytest.raises(PlumblineError, match="2 violations") as caught:
        extracted(parameters, rules)
    assert "purple" in str(caught.value)
    assert "1900" in str(caught.value)
    assert not parameters.training.parent.exists()


def test_what_a_refusal_points_at_is_there_to_look_at(parameters: Parameters, rules: Contract) -> None:
    broken = rows(10)
    broken.loc[2, "color"] = "purple"
    broken.to_csv("shop.tsv", sep="\t", index=False)
    with pytest.raises(PlumblineError) as caught:
        extracted(parameters, rules)
    place = str(caught.value).splitlines()[1].split()[0]
    file, line = place.split(":")
    assert "purple" in Path(file).read_text().splitlines()[int(line) - 1]


def test_other_bytes_than_git_names_are_refused_and_both_files_stay(
    repository: Path, parameters: Parameters, rules: Contract
) -> None:
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    commit(names(parameters))
    before = [path.read_bytes() for path in names(parameters)]
    rows(41).to_csv("shop.tsv", sep="\t", index=False)
    with pytest.raises(PlumblineError, match="plumb data extract --new-version"):
        extracted(parameters, rules)
    assert [path.read_bytes() for path in names(parameters)] == before


def test_data_of_no_version_is_not_overwritten(repository: Path, parameters: Parameters, rules: Contract) -> None:
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    commit(names(parameters))
    parameters.training.write_text(parameters.training.read_text().replace("red", "blue"))
    with pytest.raises(PlumblineError, match="plumb data version"):
        extracted(parameters, rules, new_version=True)
    assert "red" not in parameters.training.read_text()


def test_the_only_copy_of_a_version_is_not_overwritten(
    repository: Path, parameters: Parameters, rules: Contract
) -> None:
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    commit(names(parameters))
    shutil.rmtree(".dvc/cache")
    rows(60).to_csv("shop.tsv", sep="\t", index=False)
    with pytest.raises(PlumblineError, match="would be lost"):
        extracted(parameters, rules, new_version=True)


def test_an_update_gives_the_bytes_of_a_full_extraction_and_moves_no_row(
    repository: Path, parameters: Parameters, rules: Contract
) -> None:
    parameters = parameters.model_copy(update={"parameters": {"last_year": 2021}})
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    commit(names(parameters))
    before = [set(table.read_text(path)["id"]) for path in names(parameters)]
    both = [rows(40), rows(30, first=41, year=2021)]
    both[0].loc[3, "price"] = 999  # a row at the watermark that was corrected since
    Path("shop.tsv").write_text(
        both[0].to_csv(sep="\t", index=False) + both[1].to_csv(sep="\t", index=False, header=False)
    )

    result = update(connect("shop.tsv"), parameters, "year", rules)
    assert result is not None
    assert result.metadata.watermark == {"year": 2020}
    load(result, parameters, rules, new_version=True)

    updated = [path.read_bytes() for path in names(parameters)]
    after = [set(table.read_text(path)["id"]) for path in names(parameters)]
    assert before[0] < after[0]
    assert before[1] < after[1]
    commit(names(parameters))
    extracted(parameters, rules)
    assert [path.read_bytes() for path in names(parameters)] == updated
    run(repository, "git", "checkout", "--quiet", "HEAD~1")
    run(repository, "dvc", "checkout", "--quiet")
    assert [set(table.read_text(path)["id"]) for path in names(parameters)] == before


def test_an_update_without_new_rows_gives_nothing(repository: Path, parameters: Parameters, rules: Contract) -> None:
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    commit(names(parameters))
    assert update(connect("shop.tsv"), parameters, "year", rules) is None


def test_an_update_needs_the_version_that_git_names(repository: Path, parameters: Parameters, rules: Contract) -> None:
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    with pytest.raises(PlumblineError, match="plumb data pull"):
        update(connect("shop.tsv"), parameters, "year", rules)
    with pytest.raises(PlumblineError, match="'color'"):
        update(connect("shop.tsv"), parameters, "color", rules)


def test_a_load_that_died_between_two_files_is_finished_before_they_become_a_version(
    repository: Path, parameters: Parameters, rules: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    extracted(parameters, rules)
    commit(names(parameters))
    before = [path.read_bytes() for path in names(parameters)]
    rows(60).to_csv("shop.tsv", sep="\t", index=False)
    replace, moved = Path.replace, []

    def die(self: Path, target: Path) -> Path:
        if target in names(parameters):
            if moved:
                raise KeyboardInterrupt
            moved.append(target)
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            extracted(parameters, rules, new_version=True)
    assert sum(path.read_bytes() != old for path, old in zip(names(parameters), before, strict=True)) == 1

    commit(names(parameters))

    assert sum(len(table.read_text(path)) for path in names(parameters)) == 60
    assert not any(raw.by_hand(path) for path in names(parameters))


def test_production_loads_nothing(parameters: Parameters, rules: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_ENV", "production")
    rows(10).to_csv("shop.tsv", sep="\t", index=False)
    with pytest.raises(PlumblineError, match="only pulls"):
        extracted(parameters, rules)
    assert not parameters.training.exists()


def test_the_lake_keeps_every_version_with_its_record(
    parameters: Parameters, rules: Contract, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "tester",
        "AWS_DEFAULT_REGION": "us-east-1",
        "PLUMBLINE_LAKE_URL": "s3://lake/raw",
    }.items():
        monkeypatch.setenv(name, value)
    rows(40).to_csv("shop.tsv", sep="\t", index=False)
    with pytest.raises(PlumblineError, match="No raw file was changed"):
        extracted(parameters, rules)
    assert not parameters.training.exists()

    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lake")
    extracted(parameters, rules)
    extracted(parameters, rules)
    keys = {item["Key"] for item in s3.list_objects_v2(Bucket="lake")["Contents"]}
    assert len(keys) == 4
    for path in names(parameters):
        key = f"raw/shop/shop/{hashing.digest(path, 'md5')}/{path.name}"
        assert s3.get_object(Bucket="lake", Key=key)["Body"].read() == path.read_bytes()
        record = json.loads(s3.get_object(Bucket="lake", Key=f"{key}.json")["Body"].read())
        assert record["extraction"]["query"] == parameters.query
        assert record["extraction"]["rows"] == 40
