"""Write reports/cost.md for a pull request: what each environment costs a month, and cost at the base."""

import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plumbline.cloud import cost, plan, prices
from plumbline.cloud.cost import Estimate
from plumbline.kernel import log
from plumbline.kernel.command import run

REPORT = Path("reports/cost.md")


def markdown(before: Mapping[str, Estimate], after: Mapping[str, Estimate]) -> str:
    """Compare two sets of estimates, each by environment; one that is on one side only is new or gone."""
    lines = ["## Cost a month", ""]
    for environment in sorted(before.keys() | after.keys()):
        old, new = before.get(environment), after.get(environment)
        was, now = _total(old), _total(new)
        lines += [f"**{environment}**: {now:,.2f} $ ({now - was:+,.2f} $)", *_over(new), ""]
        changed = _changed(old, new)
        if changed:
            lines += ["| component | base | now | difference |", "|---|--:|--:|--:|", *changed, ""]
        lines += [f"Not priced: {number} x `{kind}`." for kind, number in (new.unpriced if new else {}).items()]
    notes = {one.note for one in after.values()}
    return "\n".join([*lines, *sorted(notes)]) + "\n"


def _total(found: Estimate | None) -> float:
    return found.total if found else 0.0


def _over(found: Estimate | None) -> list[str]:
    if found is None or found.budget is None or found.total <= found.budget:
        return []
    return [f"⚠ over the budget of {found.budget:,.2f} $: `plumb cloud plan` will refuse it"]


def _changed(old: Estimate | None, new: Estimate | None) -> list[str]:
    was, now = old.components if old else {}, new.components if new else {}
    return [
        f"| {name} | {was.get(name, 0):,.2f} | {now.get(name, 0):,.2f} | {now.get(name, 0) - was.get(name, 0):+,.2f} |"
        for name in sorted(was.keys() | now.keys())
        if round(was.get(name, 0), 2) != round(now.get(name, 0), 2)
    ]


def estimates(terraform: Path) -> dict[str, Estimate]:
    """Estimate every environment of a folder of Terraform code, at the prices of this clone.

    One table prices both sides, so that the difference is that of the resources.
    """
    table = prices.read()
    names = [file.stem for file in sorted(terraform.glob("envs/*.tfvars"))]
    return {name: cost.estimate(plan.offline(terraform, name), table) for name in names}


def at(commit: str, folder: Path) -> Path:
    """Unpack the Terraform code of a commit into `folder`.

    Raises:
        PlumblineError: There is no such commit, or it has no Terraform code.
    """
    terraform = prices.TABLE.parent
    archive = folder / "terraform.tar"
    command = ("git", "archive", f"--output={archive}", commit, str(terraform))
    run(*command, advice="BASE must be a commit that this clone has: fetch it, or give another")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / terraform


def main(base: str = "origin/main", /) -> None:
    """Write what the change since a commit costs a month, without an account.

    Args:
        base: The commit to compare with.
    """
    with tempfile.TemporaryDirectory() as folder:
        text = markdown(estimates(at(base, Path(folder))), estimates(prices.TABLE.parent))
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(text, encoding="utf-8")
    log.get("cost").info("written", path=str(REPORT))
