"""How the past of an adopted table is replayed, for a table whose rows have a time: model/configs/rehearsal.yaml."""

from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml.comments import CommentedMap

from plumbline.adopt import kinds, query, yaml_file
from plumbline.adopt.study import Study
from plumbline.ingest.files import quoted
from plumbline.ingest.splitting import Split
from plumbline.kernel import moments

PATH = Path("model/configs/rehearsal.yaml")
_ENDS = (0.6, 0.8, 1.0)  # shares of the rows up to the end of each part
_FEWEST = 50  # rows of a part

_HEAD = """\
How `plumb rehearse` replays the past of this table: what is held back, and what a person may get wrong.
See docs/continuous-training.md, The rehearsal.
"""


def write(study: Study, rule: Split, limits: dict[str, Any], root: Path) -> str:
    """Write the file if the rows' months can be parted in three; else say why `plumb rehearse` has nothing to replay.

    Args:
        study: The table.
        rule: How rows are chosen for evaluation.
        limits: The absolute limits of the gate, by metric.
        root: Of the house.
    """
    if (column := query.month_column(study, rule)) is None:
        return "nothing can be rehearsed: no --time COLUMN with dates or timestamps tells when a row was"
    kind = study.columns[column].kind or "date"
    moments_of_rows = np.sort(kinds.numbers(study.rows[column], kind))
    months = np.array([moments.text(moment, kind)[:7] for moment in moments_of_rows])
    ends = [str(months[int(len(months) * share) - 1]) for share in _ENDS]
    counts = [int((months <= end).sum()) for end in ends]
    if np.diff(counts, prepend=0).min() < _FEWEST:
        return f"nothing can be rehearsed: the months of {column} cannot be parted in three of {_FEWEST} rows each"
    parts = []
    for end, count in zip(ends, counts, strict=True):
        since = query.since(moments_of_rows[:count], kind)
        parts.append({"until": end, "extract": {"parameters": {query.LAST_MONTH: end}, "split": {"since": since}}})
    content = {
        "column": column,
        "parts": parts,
        "compare": False,
        "refused": sorted(limits, key=lambda name: "minimum" not in limits[name])[:1],
        "mistake": _mistake(study),
    }
    commented = CommentedMap(content)
    commented.yaml_set_start_comment(_HEAD)
    yaml_file.write(commented, root / PATH)
    return ""


def _mistake(study: Study) -> dict[str, str]:
    """Make a wrong target that is learned as well: nearer to the greatest, or each class under the next one's name."""
    own, name = quoted(study.source.columns[study.target]), quoted(study.target)
    right, cells = f"{own} as {name}", study.rows[study.target]
    if study.asks.task == "regression":
        most = float(kinds.numbers(cells, "number").max())
        wrong = f"0.8 * cast({own} as double precision) + {0.2 * most:.6g}"
        return {
            "right": right,
            "wrong": f"{f'cast({wrong} as bigint)' if kinds.is_integer(cells) else wrong} as {name}",
        }
    classes = study.asks.classes
    cases = " ".join(
        f"when {_text(label)} then {_text(following)}"
        for label, following in zip(classes, (*classes[1:], classes[0]), strict=True)
    )
    return {"right": right, "wrong": f"case cast({own} as varchar) {cases} end as {name}"}


def _text(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
