"""Whether the evaluation set still says something: it is spent a little by each candidate that is judged on it."""

import math

from pydantic import Field

from plumbline.judge.finding import Finding, finding
from plumbline.kernel.config import Strict
from plumbline.registry.uses import Uses

_ADVICE = (
    "take newer rows, or another `salt` or `since` in the section extract of data/params.yaml, then"
    " `plumb data extract --new-version`"
)


class Reuse(Strict):
    """How many candidates may be judged on one evaluation set."""

    uses: int = Field(default=100, ge=1)


def reuse(used: Uses, limits: Reuse) -> Finding:
    """Hold the number of candidates that were judged on this evaluation set against the limit.

    The best of k candidates that are equally good looks better than it is by up to sqrt(2 ln k) standard errors, by
    luck alone. Who chooses each candidate by the figures of those before may reach sqrt(k). A count is no proof: it
    knows nothing of who looked at the figures of `dvc repro` only.

    Source: Dwork et al. (2015), "The reusable holdout: Preserving validity in adaptive data analysis", Science 349;
    Blum and Hardt (2015), "The Ladder: A Reliable Leaderboard for Machine Learning Competitions", ICML.
    """
    passed = used.count <= limits.uses
    luck = math.sqrt(2 * math.log(used.count))
    said = [f"by luck alone the best of {used.count} looks up to {luck:.1f} standard errors better than it is"]
    said = [] if used.count == 1 else said
    said += [] if passed else [_ADVICE]
    said += [f"the ledger does not tell of this one: {used.untold}"] if used.untold else []
    limit = f"≤ {limits.uses} candidates on one evaluation set"
    return finding("evaluation-uses", used.count, limit, passed, "; ".join(said))
