"""How many candidates were judged on one evaluation set, as the ledger tells: each of them learns a little of it."""

from dataclasses import dataclass

from plumbline.kernel import git
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor, anchor
from plumbline.registry.ledger import Entry, Fact


@dataclass(frozen=True)
class Uses:
    """The candidates of one evaluation set.

    Attributes:
        count: Different bundles that were judged on it, the present one included.
        untold: Why the ledger does not hold the present one; empty if it does.
    """

    count: int
    untold: str = ""


def use(model: str, bundle_sha256: str, evaluation_md5: str) -> Uses:
    """Tell the ledger that a bundle is judged on an evaluation set, once however often it is, and count the bundles.

    Who may not write to the ledger, as a pull request's workflow may not, is counted with those that it tells of.

    Args:
        model: The registered model.
        bundle_sha256: The candidate.
        evaluation_md5: Of the evaluation set's file; a version with other rows is another set.
    """
    told: set[str | None] = set()

    def decide(entries: list[Entry]) -> Fact | None:
        told.update(
            entry.bundle_sha256
            for entry in entries
            if (entry.event, entry.model, entry.evaluation_md5) == ("judged", model, evaluation_md5)
        )
        if bundle_sha256 in told:
            return None
        return Fact(
            event="judged",
            actor=actor.current(),
            model=model,
            bundle_sha256=bundle_sha256,
            git_commit=git.state().commit,
            evaluation_md5=evaluation_md5,
        )

    untold = ""
    try:
        anchor.open_ledger(model).tell(decide)
    except PlumblineError as error:
        untold = str(error).partition("\n")[0]
    return Uses(len(told | {bundle_sha256}), untold)
