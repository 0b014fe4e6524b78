"""Decide whether a bundle may be merged, or promoted, by the rules of model/configs/gate.yaml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Column, Table

from plumbline import tracking
from plumbline.bundle import BundleError, reading
from plumbline.bundle.contract import Contract as BundleContract
from plumbline.bundle.files import MANIFEST
from plumbline.ingest import extract
from plumbline.ingest.splitting import Split
from plumbline.judge import leakage, reuse, rules, scoring, slices
from plumbline.judge.finding import Finding
from plumbline.judge.leakage import Leakage
from plumbline.judge.reuse import Reuse
from plumbline.judge.slices import Slices
from plumbline.kernel import contract, hashing, jsonfile, metrics, table
from plumbline.kernel.config import Strict, parse, read_yaml, section
from plumbline.kernel.contract import Contract
from plumbline.kernel.errors import PlumblineError
from plumbline.registry.champion import champion
from plumbline.registry.release import STORE
from plumbline.registry.uses import Uses, use

SCHEMA_VERSION = 1
CONFIG = Path("model/configs/gate.yaml")
OUTPUT = Path(".plumbline/gate.json")


class Limits(Strict):
    """The content of model/configs/gate.yaml."""

    absolute: dict[str, rules.Bounds]
    coverage: rules.Coverage
    champion: rules.Champion
    slices: Slices
    budget: rules.Budget
    leakage: Leakage
    evaluation: Reuse = Reuse()


@dataclass(frozen=True)
class Standard:
    """The data that every model is judged on.

    Attributes:
        split: How it was divided into the two parts.
        evaluation_md5: Of the evaluation set's file.
    """

    rules: Contract
    training: pd.DataFrame
    evaluation: pd.DataFrame
    slice_by: str
    split: Split
    evaluation_md5: str

    def score(self, bundle: Path) -> pd.DataFrame:
        """Predict the evaluation rows with a bundle."""
        return scoring.predict(bundle, self.evaluation, self.rules, self.slice_by)

    def use(self, bundle: Path) -> Uses:
        """Tell the ledger that a bundle is judged on the evaluation set, and count those that were."""
        return use(reading.part(bundle, BundleContract).model, reading.identity(bundle), self.evaluation_md5)


def standard(
    rules_file: Path = Path("data/contract.yaml"),
    training: Path = Path("data/raw/training_data.tsv"),
    evaluation: Path = Path("data/raw/evaluation_data.tsv"),
    params: Path = Path("model/params.yaml"),
    extraction: Path = Path("data/params.yaml"),
) -> Standard:
    """Read the standard data of this clone."""
    columns = contract.read(rules_file)
    slice_by = section(metrics.Parameters, params, "evaluate").slice_by
    split = section(extract.Parameters, extraction, "extract").split
    first, second = (table.read_tsv(path, columns) for path in (training, evaluation))
    return Standard(columns, first, second, slice_by, split, hashing.digest(evaluation, "md5"))


def read_limits(path: Path = CONFIG) -> Limits:
    """Read the limits.

    Raises:
        PlumblineError: The file is absent or not as it must be.
    """
    return parse(Limits, read_yaml(path), str(path))


def judge(
    bundle: Path, known: Path | None, data: Standard, limits: Limits, used: Uses, promotion: bool = False
) -> dict[str, Any]:
    """Apply every rule to a bundle.

    Args:
        bundle: The challenger's folder.
        known: The champion's folder, if there is a champion.
        data: The standard data.
        limits: What each figure is held against.
        used: How many candidates were judged on this data.
        promotion: Whether the challenger is to become champion, for which it must not be worse at all.

    Returns:
        The gate's report: `verdict`, `bundle_sha256`, `champion_sha256` and what each rule found.
    """
    mine = data.score(bundle)
    compared = known if limits.champion.compare else None
    try:
        theirs = data.score(compared) if compared else None
    except (PlumblineError, BundleError) as error:
        raise PlumblineError(
            f"the champion cannot be compared: {error}\nIf the contract changed on purpose, set champion.compare to"
            f" false in {CONFIG} and say why in the commit"
        ) from None
    promised = reading.part(bundle, BundleContract).coverage
    findings: list[Finding] = [
        *rules.absolute(mine, data.rules, limits.absolute),
        rules.coverage(mine, data.rules, promised, limits.coverage),
        slices.coverage(mine, promised, limits.coverage.tolerance, data.rules, limits.slices),
        *rules.against_champion(mine, theirs, data.rules, limits.champion, promotion),
        slices.worse(mine, theirs, data.rules, limits.slices),
        rules.size(bundle, limits.budget),
        rules.latency(bundle, data.evaluation, limits.budget),
        leakage.leakage(data.training, data.evaluation, data.rules, limits.leakage),
        *leakage.separation(data.training, data.evaluation, data.split),
        reuse.reuse(used, limits.evaluation),
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": "pass" if all(finding.verdict == "pass" for finding in findings) else "fail",
        "promotion": promotion,
        "bundle_sha256": reading.identity(bundle),
        "champion_sha256": reading.identity(compared) if compared else None,
        "rules": [finding.model_dump() for finding in findings],
    }


def show(report: dict[str, Any]) -> None:
    """Print each rule with its figure, its limit and its verdict."""
    shown = Table("rule", "figure", "limit", "verdict", Column("detail", overflow="fold"))
    for rule in report["rules"]:
        figure = "" if rule["figure"] is None else f"{rule['figure']:.6g}"
        color = "green" if rule["verdict"] == "pass" else "red"
        shown.add_row(rule["rule"], figure, rule["limit"], f"[{color}]{rule['verdict']}[/]", rule["detail"])
    console = Console(highlight=False)
    console.print(shown)
    console.print(f"gate: {report['verdict']} for bundle {report['bundle_sha256']}", soft_wrap=True)


def refused(report: dict[str, Any]) -> list[str]:
    """Name the rules that a report says have failed."""
    return [rule["rule"] for rule in report["rules"] if rule["verdict"] == "fail"]


@tracking.explained
def main(
    *,
    promotion: bool = False,
    bundle: Path = Path("model/artifacts/bundle"),
    store: Path = STORE,
    limits: Path = CONFIG,
    output: Path = OUTPUT,
) -> None:
    """Judge the bundle by the limits that the team has set.

    Args:
        promotion: Ask whether it may become champion.
        bundle: Its folder.
        store: The folder of released bundles.
        limits: The file of the limits.
        output: The report to write.

    Raises:
        PlumblineError: The bundle is not there, or a rule refuses it.
    """
    if not (bundle / MANIFEST).exists():
        raise PlumblineError(f"{bundle} holds no bundle: run `dvc pull` or `dvc repro bundle`")
    allowed = read_limits(limits)
    known = champion(reading.part(bundle, BundleContract).model, store)
    data = standard()
    report = judge(bundle, known, data, allowed, data.use(bundle), promotion)
    jsonfile.write(output, report)
    show(report)
    if report["verdict"] == "fail":
        raise PlumblineError(f"the gate refuses this model: {', '.join(refused(report))}")
