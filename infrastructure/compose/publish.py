"""Make the buckets and copy a released bundle into `models`: publish.py STORE MODEL/SHA256."""

import sys
from pathlib import Path

import boto3

BUCKETS = ("data", "data-cache", "models", "pipeline")  # those of a cluster: `pipeline` has MLflow's artifacts


def main() -> None:
    """Do what the command line says, as often as it is asked for."""
    store, bundle = Path(sys.argv[1]), sys.argv[2]
    files = sorted((store / bundle).iterdir()) if (store / bundle).is_dir() else []
    if not files:
        sys.exit(f"error: {store} holds no bundle {bundle}: run `plumb release register compose-env`")
    client = boto3.client("s3")
    present = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
    for bucket in sorted(set(BUCKETS) - present):
        client.create_bucket(Bucket=bucket)
    for file in files:
        client.put_object(Bucket="models", Key=f"{bundle}/{file.name}", Body=file.read_bytes())
    sys.stdout.write(f"{len(files)} files of {bundle} are in s3://models\n")


if __name__ == "__main__":
    main()
