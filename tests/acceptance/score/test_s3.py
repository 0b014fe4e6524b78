"""Files of a bucket are scored as those of a folder are, into a folder or into a bucket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pandas as pd
import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.local.score import manifest, run
from plumbline.local.score.folders import Folder


@pytest.fixture
def s3(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an S3 server that has a bucket, and in the environment what leads there."""
    httpx.post(f"{moto}/moto-api/reset").raise_for_status()
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "tester")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("s3")
    client.create_bucket(Bucket="plants")
    yield client
    httpx.post(f"{moto}/moto-api/reset-auth", content=b"inf").raise_for_status()


@pytest.fixture
def given(golden: pd.DataFrame, house: Path, s3: Any) -> str:
    """A prefix of the bucket with two tables, and the same tables in the folder `plants`."""
    Path("plants/x").mkdir(parents=True)
    wrong = golden.astype(object)
    wrong.iloc[2, 0] = "nonsense"
    golden.to_parquet("plants/x/a.parquet", index=False)
    wrong.to_csv("plants/b.csv", index=False)
    for name in ("x/a.parquet", "b.csv"):
        s3.upload_file(f"plants/{name}", "plants", f"in/{name}")
    s3.put_object(Bucket="plants", Key="inner/c.csv", Body=b"of another prefix")
    return "s3://plants/in"


def content(folder: Folder) -> dict[str, bytes | None]:
    return {name: folder.read(name) for name in folder.tables()}


def test_a_bucket_is_scored_as_a_folder_is_and_resumed(given: str, s3: Any, environment: dict[str, str]) -> None:
    run.score("plants", "scored", environment, 1)
    first = run.score(given, "s3://plants/out", environment, 1)

    written = Folder("s3://plants/out")
    assert content(written) == content(Folder("scored"))
    assert list(content(written)) == ["b.csv", "b.rejected.csv", "x/a.parquet"]
    assert [item["input"]["file"] for item in manifest.verify(written)["files"]] == ["b.csv", "x/a.parquet"]

    s3.upload_file("plants/x/a.parquet", "plants", "in/b.parquet")
    pd.read_csv("plants/b.csv").drop(index=2).to_csv("plants/b.csv", index=False)
    s3.upload_file("plants/b.csv", "plants", "in/b.csv")
    again = run.score(given, "s3://plants/out", environment, 1)

    assert again.records["x/a.parquet"] == first.records["x/a.parquet"]
    assert again.rows == sum(again.records[name]["input"]["rows"] for name in ("b.csv", "b.parquet"))
    assert list(content(written)) == ["b.csv", "b.parquet", "x/a.parquet"]


def test_a_bucket_that_is_not_there_or_denies_is_named(given: str, moto: str, environment: dict[str, str]) -> None:
    with pytest.raises(
        PlumblineError, match=r"^s3://nowhere/in cannot be listed: The specified bucket does not exist$"
    ):
        run.score("s3://nowhere/in", "scored", environment, 1)
    httpx.post(f"{moto}/moto-api/reset-auth", content=b"0").raise_for_status()
    with pytest.raises(PlumblineError, match=r"^s3://plants/in cannot be listed: The AWS Access Key Id"):
        run.score(given, "scored", environment, 1)
    with pytest.raises(PlumblineError, match=r"^s3://plants/out/_bundle.json cannot be read: "):
        run.score("plants", "s3://plants/out", environment, 1)
    assert not Path("scored").exists()
