"""Score a table: the answers beside its columns, and what is refused in a file of its own."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd

from plumbline.bundle.contract import Contract
from plumbline.kernel import hashing
from plumbline.local.score import rows
from plumbline.local.score.rows import Part, Table
from plumbline.local.score.sink import Sink
from plumbline.local.score.workers import Workers

CHUNK = 4000  # rows


def rejected(output: Path) -> Path:
    """Name the file of the rows that are refused."""
    return output.with_name(f"{output.stem}.rejected{output.suffix}")


def score(table: Table, output: Path, pool: Workers, advance: Callable[[int], object]) -> dict[str, Any]:
    """Score the rows of a table, and write them with their answers.

    Args:
        table: It is read while it is scored.
        output: A .csv, .tsv or .parquet file, which is replaced as a whole, as is the file of what is refused.
        pool: The processes that score.
        advance: Is told how many more rows were scored.

    Returns:
        The record of the output: what was read, what was written, and by which model.

    Raises:
        PlumblineError: The table or the output cannot be used; both files are as they were.
    """
    aside = rejected(output)
    wanted = rows.places(table, msgspec.convert(pool.description["contract"], Contract))
    read = 0
    with Sink(output) as scored, Sink(aside) as refused:
        waiting: deque[Part] = deque()
        for answers in pool.answers(rows.body(part, wanted) for part in _kept(table.parts, waiting)):
            part = waiting.popleft()
            good = [i for i, one in enumerate(answers) if "errors" not in one]
            if good:
                given = rows.frame(part, good, table, wanted, scored.typed)
                scored.write(_beside(given, _columns([_said(answers[i]) for i in good])))
            bad = [i for i, one in enumerate(answers) if "errors" in one]
            if bad:  # what is rejected stays as it was given
                why = pd.DataFrame({"row": [read + i + 1 for i in bad], "why": [_why(answers[i]) for i in bad]})
                refused.write(_beside(rows.frame(part, bad, table, wanted, typed=False), why))
            read += part.rows
            advance(part.rows)
        if not scored.rows:
            scored.write(rows.none(table, wanted, scored.typed))
    return {
        "input": {"rows": read},
        "output": _described(output, scored),
        "rejected": _described(aside, refused) if refused.rows else None,
        **{name: pool.description[name] for name in ("model", "lineage", "release")},
    }


def _described(file: Path, sink: Sink) -> dict[str, Any]:
    return {"file": file.name, "rows": sink.rows, "bytes": file.stat().st_size, "sha256": hashing.digest(file)}


def _kept(parts: Iterable[Part], waiting: deque[Part]) -> Iterator[Part]:
    """Keep each part until its answers are there."""
    for part in parts:
        waiting.append(part)
        yield part


def _said(answer: dict[str, Any]) -> dict[str, Any]:
    """Give an answer's cells, named as `api` names them in a table."""
    if "lower" in answer:
        return {name: answer[name] for name in ("prediction", "lower", "upper")}
    likely = {f"probability of {name}": share for name, share in answer["probabilities"].items()}
    kept = msgspec.json.encode(answer["prediction_set"]).decode()
    return {"prediction": answer["prediction"], **likely, "prediction_set": kept}


def _columns(said: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame({name: [one[name] for one in said] for name in said[0]})


def _why(answer: dict[str, Any]) -> str:
    return "; ".join(f"{error['field'].removeprefix('/inputs/0/')} {error['message']}" for error in answer["errors"])


def _beside(frame: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Give rows with further columns; a taken name gets an underscore behind it."""
    names = {}
    for name in more.columns:
        free = name
        while free in frame.columns:
            free += "_"
        names[name] = free
    return pd.concat([frame, more.rename(columns=names)], axis=1)
