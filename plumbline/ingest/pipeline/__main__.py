"""Run one step of the data pipeline, or all of them: python -m plumbline.ingest.pipeline STEP."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from plumbline.ingest import raw
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.pipeline import configure, fetch, publish, quarantine, store, validate, version, work
from plumbline.kernel import contract, stage
from plumbline.kernel.config import section, settings

STEPS = ("fetch", "validate", "configure", "store", "version", "publish")
_MIB = 1 << 20


def run(step: str, folder: work.Work, dataset_url: str, repo_url: str, limit: int) -> None:
    """Run one step on a work folder.

    Raises:
        PlumblineError: As the step.
    """
    parameters = section(Extract, Path("data/params.yaml"), "extract")
    rules = contract.read(Path("data/contract.yaml"))
    match step:
        case "fetch":
            fetch.fetch(folder, dataset_url, limit * _MIB)
        case "validate":
            validate.validate(folder, parameters, rules)
        case "configure":
            configure.configure(folder, repo_url, parameters, rules)
        case "store":
            store.store(folder, parameters, rules)
        case "version":
            version.commit(folder, parameters)
        case "publish":
            publish.publish(folder, parameters, rules)


def pipeline(
    *, dataset_url: str = "", repo_url: str = "", limit: int = 1024, work: Path = Path(".plumbline/ingest")
) -> None:
    """Version a data set, validated and pushed, by the steps that the cluster runs.

    Args:
        dataset_url: Path or URL (https, s3) of a .csv, .tsv or .parquet file.
        repo_url: The repository that names the versions.
        limit: Greatest size of the data set, in MiB.
        work: The work folder.
    """
    _run_all(STEPS, work, dataset_url, repo_url, limit)


def _run_all(steps: Sequence[str], where: Path, dataset_url: str, repo_url: str, limit: int) -> None:
    try:
        raw.refuse_in_production(settings(), "the data pipeline")
        with work.locked(where) as folder:
            for step in steps:
                run(step, folder, dataset_url, repo_url, limit)
    except (quarantine.RefusedError, raw.ProductionError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(quarantine.EXIT_CODE)


def main() -> None:
    """Run one step, as a container of the cluster does."""
    parser = argparse.ArgumentParser(prog="python -m plumbline.ingest.pipeline", description=__doc__)
    parser.add_argument("step", choices=[*STEPS, "all"])
    parser.add_argument("--dataset-url", default="", help="path or URL (https, s3) of a .csv, .tsv or .parquet file")
    parser.add_argument("--repo-url", default="", help="the repository that names the versions")
    parser.add_argument("--limit", type=int, default=1024, help="greatest size of the data set, in MiB")
    parser.add_argument("--work", type=Path, default=Path(".plumbline/ingest"), help="the work folder")
    given = parser.parse_args()
    _run_all(
        STEPS if given.step == "all" else (given.step,), given.work, given.dataset_url, given.repo_url, given.limit
    )


if __name__ == "__main__":
    stage.run(main)
