"""Give a clone its names: into plumbline.toml, and wherever they stand in files that cannot read it."""

import sys
from collections.abc import Mapping
from pathlib import Path

from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.git import strip_credentials
from plumbline.product import house, release, repository
from plumbline.product.house import Values
from plumbline.product.values import swap


def init(root: Path, given: Mapping[str, str], upstream: str | None = None) -> list[str]:
    """Write values into the clone at `root`; those that are not given stay as they are.

    The former values are known from plumbline.toml, which is written last: if this is killed, the same call finishes
    it.

    Args:
        root: The clone.
        given: Values by the names of `Values`.
        upstream: Where releases are fetched from.

    Returns:
        The files that changed.

    Raises:
        PlumblineError: A value is not one; the message has a sentence for each.
    """
    here = house.read(root)
    wrong = [sentence for name, value in given.items() if (sentence := house.fault(name, value))]
    if upstream is not None and strip_credentials(upstream) != upstream:
        wrong.append("upstream: leave user name and password out of the address, it is committed")
    if wrong:
        raise PlumblineError("\n".join(wrong))
    if not (root / release.MANIFEST).exists():
        release.write(root, _origin(root, here.product.version).manifest())
    values = Values.model_validate(here.house.model_dump() | dict(given))
    changed = []
    for path in repository.paths(root, "ls-files", "-z"):
        file = repository.on_disk(root / path)
        if file is None or path == house.FILE:
            continue
        content = swap(path, file.content, here.house, values, here.carriers)
        if content != file.content:
            (root / path).write_bytes(content)
            changed.append(path)
    text = (root / house.FILE).read_text(encoding="utf-8")
    keys: dict[str, str] = values.model_dump() | ({} if upstream is None else {"upstream": upstream})
    written = house.replaced(text, dict(keys))
    if written != text:
        house.loads(written)
        (root / house.FILE).write_text(written, encoding="utf-8")
        changed.append(house.FILE)
    return changed


def ask(root: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Ask on the terminal for the values that are not given; an empty answer keeps the present one."""
    answers = dict(given)
    for name, present in house.read(root).house.model_dump().items():
        while name not in answers:
            sys.stderr.write(f"{name} [{present}]: ")
            sys.stderr.flush()
            answer = sys.stdin.readline().strip() or present
            wrong = house.fault(name, answer)
            if wrong:
                sys.stderr.write(f"{wrong}\n")
            else:
                answers[name] = answer
    return answers


def _origin(root: Path, version: str) -> release.Release:
    """Give the release that a clone was made from: the tag's, or without it the commit that is checked out."""
    tag = f"refs/tags/v{version}"
    return release.load(root, tag if repository.has_commit(root, tag) else "HEAD")
