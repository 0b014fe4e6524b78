"""The quarantine: refused data sets, kept with a report of why."""

import os
import shutil
from typing import Any, NoReturn

import fsspec

from plumbline.ingest.pipeline import environment
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import jsonfile, log
from plumbline.kernel.errors import PlumblineError

EXIT_CODE = 3  # of a run that is refused for what was asked of it; any other failure is 1, and may pass


class RefusedError(PlumblineError):
    """The data breaks a rule; it lies in the quarantine."""


def refuse(work: Work, fetched: dict[str, Any], cases: list[dict[str, Any]], why: str) -> NoReturn:
    """Keep the fetched file, the rows that were read of it, and the report.

    With a bucket they go there too, for a work folder may end with its pod.

    Args:
        work: The work folder.
        fetched: The record of the fetch.
        cases: Each with the rule that is broken, and its file, line, column and value if it concerns a cell.
        why: The message.

    Raises:
        RefusedError: Always.
    """
    folder = work.quarantine / fetched["sha256"]
    folder.mkdir(parents=True, exist_ok=True)
    for file in (work.dataset / fetched["file"], work.rows):
        if file.exists():
            shutil.copy(file, folder)
    jsonfile.write(folder / "report.json", {"source": fetched, "violations": cases})
    places = [str(folder)]
    bucket = environment.read().AWS_S3_BUCKET
    if bucket:
        places.append(f"s3://{bucket}/quarantine/{fetched['sha256']}")
        environment.use_endpoint()
        try:
            fsspec.filesystem("s3", default_fill_cache=False).put(f"{folder}{os.sep}", f"{places[-1]}/", recursive=True)
        except Exception as error:  # s3fs and botocore have errors of their own
            log.get("quarantine").error("not in the bucket", url=places.pop(), error=str(error))
    log.get("quarantine").warning("refused", violations=len(cases), kept=places, sha256=fetched["sha256"])
    raise RefusedError(f"{fetched['url']} is refused, and nothing is changed; see the report in {places[-1]}\n{why}")
