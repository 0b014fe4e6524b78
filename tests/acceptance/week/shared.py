"""What the team shares: git's origin, an S3 server, an MLflow server on PostgreSQL."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from plumbline.local import demo, processes
from plumbline.local.processes import Program
from plumbline.testing.postgresql import Server

BUCKET = "team"


@dataclass(frozen=True)
class Shared:
    """Where everything is.

    Attributes:
        folder: Of the run.
        mlflow: URL of the server.
        s3: URL of the server.
    """

    folder: Path
    mlflow: str
    s3: str

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.folder / "origin.git"

    @property
    def key(self) -> Path:
        """The private key, which CI has."""
        return self.folder / "secret.pem"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of each clone."""
        return {
            "AWS_ACCESS_KEY_ID": "t",
            "AWS_SECRET_ACCESS_KEY": "t",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.s3,
            "MLFLOW_TRACKING_URI": self.mlflow,
        }

    @property
    def client(self) -> Any:
        """A client of the S3 server."""
        given = {"aws_access_key_id": "t", "aws_secret_access_key": "t", "region_name": "us-east-1"}
        return boto3.client("s3", endpoint_url=self.s3, **given)

    def objects(self, prefix: str) -> list[str]:
        """Name the objects of the bucket that begin with this."""
        pages = self.client.get_paginator("list_objects_v2")
        return [entry["Key"] for page in pages.paginate(Bucket=BUCKET, Prefix=prefix) for entry in page["Contents"]]

    def lines(self) -> str:
        """Give the commit of the ledger's newest line."""
        words = ["git", "-C", str(self.origin), "rev-parse", "--verify", "--quiet", "refs/heads/ledger"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout


@contextmanager
def served(folder: Path) -> Iterator[Shared]:
    """Start the servers, and stop them in the end."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it logs every request
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    s3 = "http://{}:{}".format(*moto.get_host_and_port())
    where = Shared(folder, f"http://127.0.0.1:{demo.free_ports()[0]}", s3)
    where.client.create_bucket(Bucket=BUCKET)
    try:
        with Server() as postgresql, _mlflow(where, postgresql.database()):
            yield where
    finally:
        moto.stop()


@contextmanager
def _mlflow(where: Shared, database: str) -> Iterator[None]:
    port = where.mlflow.rpartition(":")[2]
    words = ["--host", "127.0.0.1", "--port", port, "--workers", "1"]
    words += ["--backend-store-uri", database.replace("postgresql:", "postgresql+psycopg:", 1)]
    words += ["--artifacts-destination", str(where.folder / "artifacts")]
    settings = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    # By its port: the server of a week that was killed is none of this one's.
    program = Program(
        f"mlflow-{port}", [sys.executable, "-m", "mlflow", "server", *words], settings, f"{where.mlflow}/health"
    )
    processes.start(program)
    try:
        yield
    finally:
        processes.stop(program.name)
