"""Tables in files: .csv, .tsv and .parquet. What a cell of text means is the contract's to say, not a guess's."""

import codecs
import csv
from pathlib import Path

import duckdb

from plumbline.kernel.errors import PlumblineError

SUFFIXES = (".csv", ".tsv", ".parquet")

_SEPARATORS = ",;\t|"
_MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
# A column holds numbers where each cell is spelled as one, and none would lose a digit: 007 is a label.
INTEGER = r"-?(0|[1-9]\d{0,17})"
_NUMBER = r"-?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)([eE][+-]?\d+)?"


def load(connection: duckdb.DuckDBPyConnection, path: Path, table: str, source: str = "") -> int:
    """Create `table` from a file.

    A column of a .csv or .tsv file is BIGINT or DOUBLE where every cell is spelled as such a number, else text; spaces
    around a cell do not count, and an empty one is missing.

    Args:
        connection: Gets the table.
        path: The file.
        table: The table's name.
        source: What a message calls the file; its path by default.

    Returns:
        The number of rows.

    Raises:
        PlumblineError: It is no such file, or another encoding than UTF-8.
    """
    source = source or str(path)
    try:
        relation = _cells(connection, path, source)
        if path.suffix.lower() != ".parquet":
            relation = _typed(relation)
        relation.create(quoted(table))
    except duckdb.Error as error:
        raise PlumblineError(f"{source} cannot be read: {_fault(path) or said(error)}") from None
    return len(relation)


def view(connection: duckdb.DuckDBPyConnection, path: Path, table: str, source: str = "") -> None:
    """Let `table` be a file that is read when it is asked for; the cells of a .csv or .tsv file are all text.

    Raises:
        PlumblineError: As `load`.
    """
    source = source or str(path)
    try:
        _cells(connection, path, source).create_view(table)
    except duckdb.Error as error:
        raise PlumblineError(f"{source} cannot be read: {_fault(path) or said(error)}") from None


def _cells(connection: duckdb.DuckDBPyConnection, path: Path, source: str) -> duckdb.DuckDBPyRelation:
    if path.suffix.lower() == ".parquet":
        return connection.read_parquet(str(path))
    if not path.stat().st_size:
        raise PlumblineError(f"{source} is empty: its first line has to name the columns")
    separator = _separator_of(path)
    _refuse_other_encodings(path, source)
    text = connection.read_csv(
        str(path),
        sep=separator,
        header=True,
        skiprows=0,  # as all else that is said here: DuckDB would guess, and skip what is shorter than a later line
        quotechar='"',
        escapechar='"',
        comment="",
        all_varchar=True,
        na_values=[""],
        sample_size=-1,
    )
    names = [quoted(name) for name in text.columns]
    return text.project(", ".join(f"nullif(trim({name}), '') as {name}" for name in names))


def _typed(cells: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    names = [quoted(name) for name in cells.columns]
    counts = ", ".join(
        f"count({name}), count_if(regexp_full_match({name}, '{INTEGER}')),"
        f" count_if(regexp_full_match({name}, '{_NUMBER}'))"
        for name in names
    )
    found = cells.aggregate(counts).fetchall()[0]
    kinds = [_kind(*found[3 * i : 3 * i + 3]) for i in range(len(names))]
    return cells.project(
        ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in zip(names, kinds, strict=True))
    )


def _kind(cells: int, integers: int, numbers: int) -> str:
    if not cells:
        return "varchar"
    return "bigint" if integers == cells else "double" if numbers == cells else "varchar"


def _fault(path: Path) -> str:
    """Give the first line of a .csv or .tsv file that is none, which DuckDB does not name; empty if all are."""
    if path.suffix.lower() == ".parquet":
        return ""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=_separator_of(path), strict=True)
        try:
            width = len(next(reader, []))
            for cells in reader:
                if cells and len(cells) != width:
                    return f"line {reader.line_num} has {len(cells)} cells, and the first has {width}"
        except csv.Error as error:
            return f"line {reader.line_num}: {error}"
    return ""


def said(error: duckdb.Error) -> str:
    """Give what DuckDB says on one line, without its hints for those who call it."""
    return " ".join(str(error).partition("Possible fixes")[0].split())


def quoted(name: str) -> str:
    """Give a name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _separator_of(path: Path) -> str:
    """Give the tab of a .tsv file, or what splits the header of a .csv file into most names: some write semicolons."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = file.readline()
    return max(_SEPARATORS, key=lambda separator: len(next(csv.reader([header], delimiter=separator), [])))


def _refuse_other_encodings(path: Path, source: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        first = file.read(2)
        file.seek(0)
        encoding = _MARKS.get(first, "")
        while not encoding and (block := file.read(1 << 20)):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                encoding = "WINDOWS-1252"
    if encoding:
        said = "is" if encoding == "UTF-16" else "is not UTF-8 but perhaps"
        raise PlumblineError(
            f"{source} {said} {encoding}: convert it with"
            f" `iconv -f {encoding} -t UTF-8 {path.name} > utf8{path.suffix}`"
        )
