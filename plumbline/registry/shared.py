"""What a team shares, held against each other: DVC's remote, MLflow, the ledger, the trusted keys, the model store."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mlflow.exceptions import MlflowException
from rich.console import Console
from rich.table import Column, Table

from plumbline import tracking
from plumbline.dvc import check_data, place
from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import history, release, signing, store, team
from plumbline.registry.registry import Registry, open_registry

_EMBEDDED = "sqlite:"


class Line(NamedTuple):
    """What was found of one thing.

    Attributes:
        what: The thing.
        where: Where it is.
        fault: What is wrong with it; empty if nothing is.
        advice: What to do about that.
    """

    what: str
    where: str
    fault: str = ""
    advice: str = ""


def lines() -> list[Line]:
    """Look at everything; what cannot be looked at is a fault of its own."""
    checks = {"data": data, "mlflow": mlflow, "keys": keys, "ledger": ledger, "models": models}
    return [_tried(name, check) for name, check in checks.items()]


def data() -> Line:
    """Look whether DVC's remote is shared, and holds what git names."""
    where = place.url() or "nowhere"
    if place.inside() or where == "nowhere":
        return Line("data", where, "it lies in this clone alone", "plumb data remote s3://BUCKET/PREFIX")
    faults = check_data.faults(Path())
    return Line("data", where, "; ".join(faults), "dvc push, from the clone that has it" if faults else "")


def mlflow() -> Line:
    """Look whether MLflow is a server."""
    uri = tracking.variable("TRACKING_URI") or tracking.DEFAULT_URI
    where = git.strip_credentials(uri)
    if uri.startswith(_EMBEDDED):
        return Line("mlflow", where, "it lies in this clone alone", "let MLFLOW_TRACKING_URI name the team's server")
    tracking.client()
    return Line("mlflow", where)


def keys() -> Line:
    """Look whether the trusted keys are those of git, and whether this clone may sign."""
    public, private = team.read().public_key, signing.private_key()
    advice = f"name a file in git as public_key in {team.CONFIG}, then plumb release keys --trust"
    if public is None:
        return Line("keys", str(signing.public_key()), "each clone trusts its own", advice)
    if not public.exists():
        return Line("keys", str(public), "it is not there", advice)
    if not public.is_absolute() and git.show("HEAD", public.as_posix()) != public.read_bytes():
        return Line("keys", str(public), "it is not what git holds", f"git commit {public}, or git restore {public}")
    if private.exists() and not signing.trusted(private, public):
        advice = "plumb release keys --trust and a review, or let PLUMBLINE_SIGNING_KEY name the team's"
        return Line("keys", str(public), f"it does not name this clone's {private}", advice)
    return Line("keys", str(public))


def ledger() -> Line:
    """Look whether the ledger is whole, and tells of the versions and aliases that MLflow has."""
    registry = open_registry()
    where = registry.ledger.keeper.name
    if team.read().ledger == team.Team().ledger:
        return Line("ledger", where, "it lies in this clone alone", f"ledger: branch:ledger in {team.CONFIG}")
    entries, versions = registry.ledger.entries(), registry.versions()
    told = {e.version for e in entries if e.event == "registered" and e.model == registry.model}
    if untold := sorted(versions.keys() - told, key=int):
        return Line(
            "ledger",
            where,
            f"it tells of no registration of version {', '.join(untold)}",
            "plumb release register on that commit again, or delete the version",
        )
    champions = history.champions(entries, registry.model)
    champion = registry.aliases.read().get("champion") if versions else None
    if champions and champions[-1] != champion:
        advice = f"plumb release promote {champions[-1]} lets MLflow follow"
        return Line("ledger", where, f"champion is version {champions[-1]}, and MLflow says {champion}", advice)
    return Line("ledger", where)


def models() -> Line:
    """Look whether the store holds each version's bundle, and those with an alias as a trusted key signed them."""
    shared = team.read().store
    if not shared:
        return Line("models", str(release.STORE), "it lies in this clone alone", f"store: s3://… in {team.CONFIG}")
    registry = open_registry()
    versions = registry.versions()
    named = set(registry.aliases.read().values()) if versions else set()
    faults = [
        f"version {number}: {fault}"
        for number, found in versions.items()
        if (fault := _fault(registry, str(found.tags.get("bundle_sha256")), signed=number in named))
    ]
    advice = "plumb release register on that commit, where a trusted key is" if faults else ""
    return Line("models", shared, "; ".join(faults), advice)


def _fault(registry: Registry, sha256: str, *, signed: bool) -> str:
    uri = team.store_of(registry.folder(sha256))
    if uri is None or not store.holds(uri):
        return "its bundle is not there"
    if signed:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                store.bring(uri, Path(scratch) / sha256, release.verify)
            except PlumblineError as error:
                return str(error)
    return ""


def _tried(name: str, check: Callable[[], Line]) -> Line:
    try:
        return check()
    except (PlumblineError, MlflowException) as error:
        first, *rest = str(error).splitlines()
        return Line(name, "", first, " ".join(rest) or "make it reachable from here, then look again")


def main() -> None:
    """Look at what the team shares, and print a line for each thing with what to do.

    Raises:
        PlumblineError: Something is not shared, cannot be reached, or is not what the rest says.
    """
    found = lines()
    table = Table("what", Column("where", overflow="fold"), Column("is", overflow="fold"), Column("what to do"))
    for line in found:
        table.add_row(line.what, line.where, line.fault or "as the rest says", line.advice)
    Console(file=sys.stdout, highlight=False).print(table)
    wrong = [line.what for line in found if line.fault]
    if wrong:
        raise PlumblineError(f"not shared, or not as the rest says: {', '.join(wrong)}")
