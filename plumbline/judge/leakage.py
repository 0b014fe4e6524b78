"""Whether training has seen rows, groups or times that the model is judged on."""

import math
from typing import Any

import pandas as pd
from pydantic import Field

from plumbline.ingest.splitting import Split
from plumbline.judge.finding import Finding, finding
from plumbline.kernel.config import Strict
from plumbline.kernel.contract import Contract

_DEVIATIONS = 3.0  # of the number of rows that are equal by nature


class Leakage(Strict):
    """How many rows training and evaluation may share."""

    rows: int = Field(ge=0)


def leakage(training: pd.DataFrame, evaluation: pd.DataFrame, rules: Contract, limits: Leakage) -> Finding:
    """Count the evaluation rows that training has seen: the same identifier, or the same content under another.

    Two rows of few columns may be equal by nature. How many are is known from the training rows: as large a share of
    the evaluation as of them has an equal one under another identifier, give or take three standard deviations. Only
    what is beyond that counts, and an identifier always does.
    """
    content = [*rules.columns, rules.target.name]
    hashes = pd.util.hash_pandas_object(training[content], index=False)
    natural = float(hashes.duplicated(keep=False).mean()) if len(hashes) else 0.0
    expected, deviation = len(evaluation) * natural, math.sqrt(len(evaluation) * natural * (1 - natural))
    by_nature = math.floor(expected + _DEVIATIONS * deviation)

    same_identifier = evaluation[rules.identifier].isin(training[rules.identifier])
    same_content = pd.util.hash_pandas_object(evaluation[content], index=False).isin(set(hashes)) & ~same_identifier
    beyond = max(int(same_content.sum()) - by_nature, 0)
    leaked = evaluation.loc[same_identifier | (same_content & (beyond > 0)), rules.identifier]
    count = int(same_identifier.sum()) + beyond
    detail = f"{rules.identifier} {_some(leaked)}" if count else ""
    limit = f"≤ {limits.rows} rows" + (f", and {by_nature} that are equal by nature" if by_nature else "")
    return finding("leakage", count, limit, count <= limits.rows, detail)


def separation(training: pd.DataFrame, evaluation: pd.DataFrame, split: Split) -> list[Finding]:
    """Count the evaluation rows of a group that training has, too, or of a time that training has reached.

    An extraction splits so that there is none; data that was edited or put together by hand may have some. A split by
    identifier promises no more than `leakage` looks at, and has no such rule.
    """
    if split.column is None:
        return []
    seen, given = training[split.column], evaluation[split.column]
    if split.by == "group":
        wrong, limit, named = given.isin(seen), f"no {split.column} in both parts", given
    else:
        wrong, limit = given <= seen.max(), f"each {split.column} after those of training"
        named = evaluation.iloc[:, 0]
    shown = _some(named[wrong].drop_duplicates())
    advice = f"{named.name} {shown}: `plumb data extract --new-version` splits anew"
    return [finding("split", int(wrong.sum()), limit, not wrong.any(), advice if wrong.any() else "")]


def _some(values: "pd.Series[Any]") -> str:
    return ", ".join(str(item) for item in values.head(5)) + (", …" if len(values) > 5 else "")
