"""Empty a bucket for good: every version, every delete marker, every upload that was never finished."""

from typing import Any

from botocore.exceptions import ClientError

from plumbline.cloud.account import code
from plumbline.kernel.errors import PlumblineError


def empty(s3: Any, bucket: str) -> int:
    """Delete all that a bucket holds.

    Returns:
        How many versions, markers and uploads went; 0 for a bucket that does not exist.

    Raises:
        PlumblineError: S3 keeps an object, as under a legal hold.
    """
    try:
        return _versions(s3, bucket) + _uploads(s3, bucket)
    except ClientError as error:
        if code(error) == "NoSuchBucket":
            return 0
        raise


def _versions(s3: Any, bucket: str) -> int:
    number = 0
    while True:
        # Always the first page: a marker would name what has just gone.
        page = s3.list_object_versions(Bucket=bucket)
        found = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if not found:
            return number
        kept = s3.delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True}).get("Errors", [])
        if kept:
            raise PlumblineError(f"s3://{bucket}/{kept[0]['Key']} cannot be deleted: {kept[0]['Message']}")
        number += len(found)


def _uploads(s3: Any, bucket: str) -> int:
    number = 0
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for one in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"])
            number += 1
    return number
