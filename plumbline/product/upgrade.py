"""Bring a later release into a house, as one commit.

All is done in a work tree of its own below .git, on no branch: the clone sees nothing of it until it moves to the
finished commit (see `move`). Killed before that, it leaves a folder and a few refs that the next run clears away.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from plumbline.kernel.alone import alone
from plumbline.kernel.errors import PlumblineError
from plumbline.product import house, merge, move, release, repository
from plumbline.product.fetch import REFS, fetch
from plumbline.product.house import House
from plumbline.product.merge import Take
from plumbline.product.migrate import migrate
from plumbline.product.ownership import owner, owners
from plumbline.product.release import Release
from plumbline.product.repository import git, line


@dataclass
class Report:
    """What an upgrade did.

    Attributes:
        version: The release that the house stands on now.
        commit: The commit; None if there was nothing to bring.
        kept: For each PRODUCT file that stays edited, the difference from the release.
        migrations: The migrations that ran.
    """

    version: str
    commit: str | None = None
    kept: dict[str, str] = field(default_factory=dict)
    migrations: list[str] = field(default_factory=list)


def upgrade(ref: str, url: str | None = None, root: Path = Path(), take: Take | None = None) -> Report:
    """Bring the release of a tag into the clone at `root`.

    Args:
        ref: The tag.
        url: The product's repository; `upstream` of plumbline.toml by default.
        root: The clone.
        take: Whose lines count where the house and the release changed the same ones.

    Raises:
        PlumblineError: The clone has changes that are not committed, the release cannot be fetched or is older, or
            files that the house edited cannot be merged; the message names them, and nothing has changed.
    """
    with alone("upgrade of this clone", move.private(root, ".lock"), wait=False):
        move.recover(root)
        clear(root)
        refuse_changes(root)
        before = line(root, "rev-parse", "HEAD")
        here = house.read(root)
        try:
            old, new = fetch(root, ref, url or here.product.upstream)
            if new.commit == old.commit:
                return Report(new.house.product.version)
            tree = prepare(root, before)
            report = Report(new.house.product.version)
            report.kept = replace(tree, old, new, here, take)
            report.migrations = settle(tree, new, here)
            report.commit = commit(tree, before, here.product.version, report)
            move.forward(root, before, report.commit)
        finally:
            clear(root)
    return report


def refuse_changes(root: Path) -> None:
    """Refuse a clone whose tracked files differ from its commit; a file that git does not know may lie there.

    Raises:
        PlumblineError: Names the files.
    """
    changed = git(root, "status", "--porcelain", "--untracked-files=no").decode().splitlines()
    if changed:
        raise PlumblineError(
            "\n".join(["commit or stash your changes first, an upgrade is a commit of its own:", *changed])
        )


def prepare(root: Path, before: str) -> Path:
    """Make the work tree where the release is brought in; not one of `git worktree`, which leaves locks when killed."""
    tree = move.private(root) / "tree"
    tree.mkdir(parents=True)
    git(tree, "read-tree", before, index=_index(tree))
    git(tree, "checkout-index", "--all", index=_index(tree))
    return tree


def replace(tree: Path, old: Release, new: Release, here: House, take: Take | None) -> dict[str, str]:
    """Bring PRODUCT files to the new release, and files that it seeds and the house has not.

    Returns:
        For each PRODUCT file that stays edited, the difference from the release.

    Raises:
        PlumblineError: Files cannot be merged; each is named with what collides.
    """
    kept, conflicts = {}, {}
    for path in sorted({*old.files, *new.files} - {house.FILE, release.MANIFEST}):
        ours = repository.on_disk(tree / path)
        theirs = new.file(path, here.house)
        becomes = owners(path, new.house.paths)
        if becomes == ["seeded"] and path not in old.files and ours is None:
            repository.write(tree / path, theirs)
        # A file that the release hands over to the team stays as it is; one that it drops, with its pattern too, goes.
        dropped = path not in new.files and owner(path, old.house.paths) == "product"
        if not (becomes == ["product"] and path in new.files) and not (becomes in ([], ["product"]) and dropped):
            continue
        base = old.file(path, here.house)
        outcome = merge.merge(base, ours, theirs, take)
        if outcome.conflict is not None:
            conflicts[path] = outcome.conflict
        elif outcome.file != theirs:
            kept[path] = merge.show(path, theirs, outcome.file)
        if outcome.file != ours:
            repository.write(tree / path, outcome.file)
    if conflicts:
        raise PlumblineError(
            "\n".join(
                [
                    *(f"--- {path}\n{text.rstrip()}" for path, text in conflicts.items()),
                    f"edited here and changed by the release: {', '.join(conflicts)}",
                    "Nothing has changed. Take back your edits, or say --take theirs or --take ours for what collides.",
                ]
            )
        )
    return kept


def settle(tree: Path, new: Release, here: House) -> list[str]:
    """Write plumbline.toml and the list of the release, and run the migrations that the house has not had."""
    values: dict[str, str | int | tuple[str, ...]] = here.house.model_dump()
    values |= {"upstream": here.product.upstream, "migrated": here.product.migrated, "own": here.paths.own}
    values |= here.cloud.model_dump()
    release.write(tree, new.manifest())
    known = {key: value for key, value in values.items() if f"\n{key} = " in new.text}  # a later release may drop one
    (tree / house.FILE).write_text(house.replaced(new.text, known), encoding="utf-8")
    ran, number = migrate(tree, here.product.migrated)
    text = house.replaced((tree / house.FILE).read_text(encoding="utf-8"), {"migrated": number})
    house.loads(text, lenient=True)
    (tree / house.FILE).write_text(text, encoding="utf-8")
    return ran


def commit(tree: Path, before: str, version: str, report: Report) -> str:
    """Make the one commit of an upgrade, on no branch yet."""
    index, product = _index(tree), release.read(tree).files
    git(tree, "add", "--all", index=index)
    # What .gitignore names may be the release's all the same.
    there = "\0".join(path for path in product if (tree / path).exists())
    literally = ("--literal-pathspecs", "add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul")
    git(tree, *literally, data=there.encode(), index=index)
    subject = f"Upgrade Plumbline from {version} to {report.version}"
    body = [f"Migration: {name}" for name in report.migrations] + [
        f"Kept as edited here: {path}" for path in report.kept
    ]
    message = "\n".join([subject, "", *body]).strip() + "\n"
    made = git(tree, "write-tree", index=index).decode().strip()
    return git(tree, "commit-tree", made, "-p", before, data=message.encode(), index=index).decode().strip()


def clear(root: Path) -> None:
    """Clear away what an upgrade, killed or not, left beside the clone."""
    shutil.rmtree(move.private(root), ignore_errors=True)
    for name in git(root, "for-each-ref", "--format=%(refname)", REFS).decode().split():
        git(root, "update-ref", "-d", name)


def _index(tree: Path) -> Path:
    return tree.parent / "index"
