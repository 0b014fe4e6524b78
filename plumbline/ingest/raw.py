"""The raw files: validated before they are loaded, and never overwritten but by a new version."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from plumbline.ingest import lake
from plumbline.kernel import hashing, jsonfile, validation
from plumbline.kernel.config import Config, Directories, Settings
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError

EXTRACTION = "extraction.json"  # in the staging folder: what the last load came from, and what it wrote
_LOADING = "loading.json"  # the same, of a load that has validated all files and not yet moved each


class ProductionError(PlumblineError):
    """What was asked for makes new data, which this environment never does."""


def refuse_in_production(settings: Settings, action: str) -> None:
    """Raise a ProductionError under PLUMBLINE_ENV=production, which only pulls data."""
    if settings.env == "production":
        raise ProductionError(
            f"PLUMBLINE_ENV is production, which only pulls data: {action} is refused.\nRun `plumb data pull` here, and"
            " make new versions where PLUMBLINE_ENV is local or staging."
        )


def load(files: dict[Path, Callable[[Path], None]], rules: Contract, config: Config, *, new_version: bool) -> None:
    """Stage the files, validate them, and only then put all of them in the lake and in their places.

    If the process dies while it moves them, the next command that needs them moves the rest (`finish`).

    Args:
        files: What writes each raw file, by its path.
        rules: The contract.
        config: With the extraction that gave the rows.
        new_version: Whether other bytes than git names are meant.

    Raises:
        PlumblineError: A row violates the contract, the bytes are not those that git names, a file would be lost, or
            the lake refuses; every raw file is then as it was.
    """
    refuse_in_production(config.settings, "loading raw data")
    staging = config.directories.staging
    finish(staging)
    staged = {path: staging / path.name for path in files}
    for path, write in files.items():
        write(staged[path])
    validation.refuse(validation.validate(list(staged.values()), rules)[1])
    fresh = {path: hashing.digest(file, "md5") for path, file in staged.items()}
    for path, md5 in fresh.items():
        _refuse_overwriting(path, md5, new_version)
    if config.settings.lake_url:
        lake.put(config.settings.lake_url, staged, config)
    extraction = config.extraction.model_dump(mode="json") if config.extraction else None
    written = {path.as_posix(): md5 for path, md5 in fresh.items()}
    jsonfile.write(staging / _LOADING, {"extraction": extraction, "md5": written})
    finish(staging)


def finish(staging: Path) -> None:
    """Move what a load has validated and not yet moved, so that no file of one version lies beside one of another."""
    loading = staging / _LOADING
    if not loading.exists():
        return
    for name in jsonfile.read(loading)["md5"]:
        path = Path(name)
        if (staging / path.name).exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            (staging / path.name).replace(path)
    loading.replace(staging / EXTRACTION)


def order(cells: "pd.Series[Any]", rules: Contract) -> "pd.Series[Any]":
    """Give what sorts identifiers read as text as the raw files have them: numbers by size, text as it is."""
    return pd.to_numeric(cells) if rules.identifier_type == "integer" else cells


def extraction_of(path: Path, staging: Path) -> dict[str, Any]:
    """Give the metadata of the extraction that wrote `path`; empty if the file was written otherwise."""
    record = staging / EXTRACTION
    if not record.exists():
        return {}
    known = jsonfile.read(record)
    if known["md5"].get(path.as_posix()) != hashing.digest(path, "md5"):
        return {}
    metadata: dict[str, Any] = known["extraction"] or {}
    return metadata


def by_hand(path: Path) -> bool:
    """Tell whether no extraction that is known wrote these bytes of a raw file: it was edited since, say."""
    if extraction_of(path, Directories(raw=path.parent).staging):
        return False
    meta = _record(path).get("meta", {})
    return "extraction" not in meta or meta.get("sha256") != hashing.digest(path)


def named(path: Path) -> str | None:
    """Give the md5 that the `.dvc` file of a raw file names; None without one."""
    record = _record(path)
    return str(record["outs"][0]["md5"]) if record else None


def record_of(path: Path) -> Path:
    """Give the path of the `.dvc` file of a raw file."""
    return path.with_name(path.name + ".dvc")


def _record(path: Path) -> dict[str, Any]:
    """Read the `.dvc` file of a raw file; empty without one."""
    record = record_of(path)
    if not record.exists():
        return {}
    try:
        content: dict[str, Any] = yaml.safe_load(record.read_text())
        str(content["outs"][0]["md5"])
    except (yaml.YAMLError, LookupError, TypeError):
        raise PlumblineError(f"{record} is not a DVC file: restore it with `git checkout {record}`") from None
    return content


def _refuse_overwriting(path: Path, fresh: str, new_version: bool) -> None:
    expected = named(path)
    if expected and expected != fresh and not new_version:
        raise PlumblineError(
            f"the warehouse no longer gives the data that git names: {path} would have md5 {fresh}, and"
            f" {record_of(path)} says {expected}.\nIf that is intended, run `plumb data extract --new-version` and then"
            " `plumb data version`; if not, `plumb data pull` brings the data that git names."
        )
    if not path.exists():
        return
    present = hashing.digest(path, "md5")
    if present != fresh and not (present == expected and _is_cached(present)):
        raise PlumblineError(
            f"{path} holds data of no version, which would be lost: keep it with `plumb data version`, or delete it"
        )


def _is_cached(md5: str) -> bool:
    from dvc.repo import Repo  # takes a second to import, and only a new version needs it

    with Repo() as repo:
        return bool(repo.cache.local.exists(md5))
