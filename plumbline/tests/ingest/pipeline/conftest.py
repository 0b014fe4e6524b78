"""What the tests of the data pipeline share."""

import shutil
from pathlib import Path

import boto3
import pytest

from plumbline.testing.aws import empty_account
from plumbline.tests.ingest.pipeline.world import BUCKET, World, build


@pytest.fixture
def s3(moto: str) -> boto3.client:
    """A client of the server, with an empty bucket."""
    empty_account(moto)  # the fixture empties it once a file
    client = boto3.client(
        "s3", endpoint_url=moto, aws_access_key_id="t", aws_secret_access_key="t", region_name="us-east-1"
    )
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def secrets(moto: str, s3: object) -> dict[str, str]:
    """The keys of the secret `aws-connection-data`, as variables."""
    return {
        "AWS_S3_ENDPOINT": moto,
        "AWS_S3_BUCKET": BUCKET,
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "not-to-be-seen",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `build` makes, to be copied."""
    return build(tmp_path_factory.mktemp("pristine"), {}).root


@pytest.fixture
def world(pristine: Path, tmp_path: Path, secrets: dict[str, str]) -> World:
    """A repository with DVC and no remote yet, and no data."""
    shutil.copytree(pristine, tmp_path, dirs_exist_ok=True)
    return World(tmp_path, secrets)
