"""The hashes that the artifacts of this commit must have: `expected_hashes.txt`, verified and updated.

The file holds lines of `path sha256`, and comments with the versions that the bytes depend on. A line with a bare hash,
as an older habit writes it, is the preprocessor's.
"""

import re
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from plumbline.kernel import hashing, jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole

EXPECTED = Path("expected_hashes.txt")
PREPROCESSOR = "data/preprocessor.joblib"
BUNDLE = "model/artifacts/bundle"
ARTIFACTS = (PREPROCESSOR, "data/features/train.parquet", "data/features/eval.parquet", "model/artifacts/model.joblib")


@dataclass
class Expected:
    """What the file says.

    Attributes:
        hashes: sha256 by path.
        versions: What the bytes depend on, by name.
        bare: Whether the file was a hash alone.
    """

    hashes: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    bare: bool = False


def parse(text: str) -> Expected:
    """Parse the content of `expected_hashes.txt`.

    Raises:
        PlumblineError: Names the line that is neither a comment, nor `path sha256`, nor a bare hash.
    """
    expected = Expected()
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words:
            continue
        if words[0] == "#":
            if len(words) == 3:
                expected.versions[words[1]] = words[2]
            continue
        if not re.fullmatch(r"[0-9a-f]{64}", words[-1]) or len(words) > 2:
            raise PlumblineError(f"{EXPECTED}:{number}: {line!r} is not `path sha256`; run `plumb hashes --update`")
        expected.hashes[words[0] if len(words) == 2 else PREPROCESSOR] = words[-1]
        expected.bare |= len(words) == 1
    return expected


def actual(root: Path) -> Expected:
    """Hash the artifacts that lie in `root`; those that do not exist are left out."""
    paths = [root / path for path in ARTIFACTS] + sorted((root / BUNDLE).glob("*"))
    hashes = {path.relative_to(root).as_posix(): hashing.digest(path) for path in paths if path.is_file()}
    manifest = root / BUNDLE / "manifest.json"
    return Expected(hashes, {"scikit-learn": version("scikit-learn")} | _schema(manifest))


def _schema(manifest: Path) -> dict[str, str]:
    """Give the version of the bundle's format; nothing if there is no bundle or its manifest was edited by hand."""
    try:
        return {"bundle-schema": str(jsonfile.read(manifest)["schema_version"])}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}


def differences(expected: Expected, found: Expected) -> list[str]:
    """Compare; give a block of lines for each path whose hash differs or that is missing on either side."""
    blocks = []
    for path in dict.fromkeys([*expected.hashes, *found.hashes]):
        wanted, got = expected.hashes.get(path), found.hashes.get(path)
        if wanted != got:
            absent = "(none: the file is not there)"
            blocks.append(f"{path}\n  expected {wanted or '(none: not listed)'}\n  actual   {got or absent}")
    return blocks


def likely_cause(expected: Expected, found: Expected) -> str:
    """Say which version that the bytes depend on has changed since the file was written, if one has."""
    changed = [
        f"{name} was {expected.versions[name]} and is {now}"
        for name, now in found.versions.items()
        if name in expected.versions and expected.versions[name] != now
    ]
    if changed:
        return f"The likely cause: {', '.join(changed)}. If that is intended, run `plumb hashes --update` and commit."
    if not set(expected.hashes) <= set(found.hashes):
        return "`dvc repro` builds what is not there."
    return (
        "If code, parameters or data were changed on purpose, run `dvc repro` and `plumb hashes --update`, and commit"
        " what both write. If not, an artifact is stale or was edited by hand: `dvc repro --force` builds all anew."
    )


def read(root: Path) -> str:
    """Read the file.

    Raises:
        PlumblineError: There is none.
    """
    path = root / EXPECTED
    if not path.exists():
        raise PlumblineError(f"{path} does not exist: run `plumb hashes --update` and commit it")
    return path.read_text()


def verify(root: Path) -> tuple[int, list[str]]:
    """Compare the artifacts in `root` with the file.

    Returns:
        The number of artifacts that were compared, and those that a file of the older habit does not list.

    Raises:
        PlumblineError: One differs; the message gives expected and actual for each path, and the likely cause.
    """
    expected, found = parse(read(root)), actual(root)
    unlisted = [name for name in found.hashes if name not in expected.hashes] if expected.bare else []
    for name in unlisted:
        del found.hashes[name]
    blocks = differences(expected, found)
    if blocks:
        raise PlumblineError(
            "\n".join(["these artifacts are not those of this commit:", *blocks, "", likely_cause(expected, found)])
        )
    return len(found.hashes), unlisted


def write(root: Path) -> list[str]:
    """Write the file anew from the artifacts in `root`; give what changed.

    Raises:
        PlumblineError: An artifact has not been built.
    """
    found = actual(root)
    absent = [path for path in (*ARTIFACTS, f"{BUNDLE}/manifest.json") if path not in found.hashes]
    if absent:
        raise PlumblineError(f"{', '.join(absent)} not built: run `dvc repro` first")
    path = root / EXPECTED
    before = parse(path.read_text()) if path.exists() else Expected()
    lines = [f"# {name} {value}" for name, value in found.versions.items()]
    lines += [f"{name} {sha256}" for name, sha256 in found.hashes.items()]
    with whole(path) as partial:
        partial.write_text("\n".join(lines) + "\n")
    return differences(before, found)


def main(*, update: bool = False, root: Path = Path(), json: bool = False) -> None:
    """Verify that the artifacts have the hashes of expected_hashes.txt.

    Args:
        update: Write the file anew instead, and show what changed.
        root: The clone.
        json: Print the artifacts and their hashes as JSON.
    """
    if update:
        text = "\n".join(write(root)) or f"{EXPECTED} was up to date"
    else:
        count, unlisted = verify(root)
        text = f"{count} artifacts have the expected hashes"
        if unlisted:
            text += f"; {EXPECTED} lists no more, so {len(unlisted)} were not compared: {', '.join(unlisted)}"
            text += "\n`plumb hashes --update` lists them"
    print(jsonfile.dumps(actual(root).hashes).decode().strip() if json else text)  # noqa: T201 - the command's output
