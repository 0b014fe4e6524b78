"""Configure DVC: clone the repository and set the remote that its data goes to."""

import shutil
from configparser import ConfigParser, Error
from pathlib import Path
from urllib.parse import urlsplit

from plumbline.dvc.set_remote import set_remote
from plumbline.ingest.extract import Parameters as Extract
from plumbline.ingest.pipeline import environment, repository
from plumbline.ingest.pipeline.work import Work
from plumbline.kernel import contract, log
from plumbline.kernel.config import section
from plumbline.kernel.errors import PlumblineError

PREFIX = "dvc"  # in the bucket


def configure(work: Work, url: str, parameters: Extract, rules: contract.Contract) -> None:
    """Clone the repository anew, so that nothing of a run that died is left, and set its DVC remote.

    Raises:
        PlumblineError: The repository cannot be cloned, has no DVC configuration or no remote that outlives the clone,
            or its contract or query is not that by which the data was validated.
    """
    shutil.rmtree(work.clone, ignore_errors=True)
    work.root.mkdir(parents=True, exist_ok=True)
    repository.clone(url, work.clone)
    use_remote(work.clone)
    _same_rules(work.clone, parameters, rules)
    log.get("configure").info("configured", remote=_remote(work.clone).get("url"))


def use_remote(clone: Path) -> None:
    """Make the bucket of the environment the default remote, in `.dvc/config`, where the repository has none yet.

    Raises:
        PlumblineError: The clone has no DVC configuration, no remote that outlives it, or one that is another: models
            and earlier versions lie there, and would not move along.
    """
    if not (clone / ".dvc/config").exists():
        raise PlumblineError(
            f"{clone} has no DVC configuration (.dvc/config): run `dvc init` in the repository, `plumb data remote"
            " s3://BUCKET/PREFIX`, commit .dvc/config and push, then run the data pipeline again"
        )
    known, wanted = _remote(clone), environment.read()
    url, endpoint = known.get("url", ""), known.get("endpointurl")
    shared = bool(urlsplit(url).scheme) or Path(url).is_absolute()
    if not wanted.AWS_S3_BUCKET:
        if not shared:
            raise PlumblineError(
                f"the DVC remote of the repository is {url or 'not set'}, and what is pushed there ends with this"
                " clone: set AWS_S3_BUCKET (and AWS_S3_ENDPOINT), or `plumb data remote s3://BUCKET/PREFIX` and commit"
                " .dvc/config"
            )
        return
    new = f"s3://{wanted.AWS_S3_BUCKET}/{PREFIX}"
    if not shared:
        set_remote(new, clone, endpoint=wanted.AWS_S3_ENDPOINT)
    elif (urlsplit(url).scheme, urlsplit(url).netloc) != ("s3", wanted.AWS_S3_BUCKET):
        raise PlumblineError(
            f"the DVC remote of the repository is {url}, and AWS_S3_BUCKET names {wanted.AWS_S3_BUCKET}: let it name"
            f" the repository's, or move everything, models too, by `plumb data remote {new}` in a clone, and push that"
        )
    elif endpoint and wanted.AWS_S3_ENDPOINT and endpoint != wanted.AWS_S3_ENDPOINT:
        raise PlumblineError(
            f"the S3 server of the repository's DVC remote is {endpoint}, and AWS_S3_ENDPOINT names"
            f" {wanted.AWS_S3_ENDPOINT}: let it name the repository's, or move everything, models too, by"
            f" `plumb data remote {url} --endpoint {wanted.AWS_S3_ENDPOINT}` in a clone, and push that"
        )


def _remote(clone: Path) -> dict[str, str]:
    config = ConfigParser(interpolation=None)
    try:
        config.read(clone / ".dvc/config")
        name = config.get("core", "remote", fallback="")
        return dict(config[f"'remote \"{name}\"'"]) if name else {}
    except (Error, KeyError) as error:
        raise PlumblineError(
            f"{clone}/.dvc/config is not a DVC configuration: {error}\nMend it in the repository"
        ) from None


def _same_rules(clone: Path, parameters: Extract, rules: contract.Contract) -> None:
    there = section(Extract, clone / "data/params.yaml", "extract"), contract.read(clone / "data/contract.yaml")
    if there != (parameters, rules):
        raise PlumblineError(
            "data/contract.yaml or the section `extract` of data/params.yaml in the repository is not that of the code"
            " that runs here: run the code, or the image, of the repository's default branch"
        )
