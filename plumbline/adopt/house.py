"""What of the example goes when a clone takes a table of its own."""

import re
import shutil
from pathlib import Path

from plumbline.adopt.source import Source
from plumbline.kernel.files import whole

# The records of its data and model, and how its past is replayed.
_EXAMPLE = ("dvc.lock", "expected_hashes.txt", "model/artifacts/metrics.json", "model/configs/rehearsal.yaml")

# What documents of the team say of the example stands between these lines.
_DOCUMENTS = ("README.md", "data/README.md", "model/README.md")
_PASSAGE = re.compile(r"^<!-- example -->\n.*?^<!-- /example -->\n\n?", re.MULTILINE | re.DOTALL)

_PAGE = """\
# The embedded warehouse

`plumb data warehouse` loads each `.tsv` file of this folder into `.plumbline/warehouse.duckdb` as a table of its name.
TODO: where the rows come from, under which licence, and what was changed.
"""


def clear(root: Path) -> list[str]:
    """Remove the example's data and the records of what was built from it; give what was removed."""
    stale = [root / name for name in _EXAMPLE]
    stale += sorted((root / "data/warehouse").glob("*"))
    stale += sorted((root / "data/raw").glob("*.tsv")) + sorted((root / "data/raw").glob("*.dvc"))
    removed = [path for path in stale if path.is_file()]
    for path in removed:
        path.unlink()
    return [path.relative_to(root).as_posix() for path in removed]


def forget(root: Path) -> None:
    """Take out of the team's documents what they say of the example."""
    for path in (root / name for name in _DOCUMENTS if (root / name).is_file()):
        text = path.read_text(encoding="utf-8")
        if (kept := _PASSAGE.sub("", text)) != text:
            with whole(path) as partial:
                partial.write_text(kept, encoding="utf-8")


def put(source: Source, root: Path) -> None:
    """Put a table that came as a file where the embedded warehouse is loaded from, beside a page on its origin."""
    warehouse = root / "data/warehouse"
    warehouse.mkdir(parents=True, exist_ok=True)
    page = warehouse / "README.md"
    if not page.exists():
        page.write_text(_PAGE, encoding="utf-8")
    if source.file is not None:
        shutil.copyfile(source.file, warehouse / source.file.name)
