"""Review what a change installs, or all that is installed, for known vulnerabilities.

GitHub's own review needs the dependency graph, which a private repository has on some plans alone, and does not say
which of the pinned files a package comes from. This reads those files, and asks OSV.
"""

import re
from pathlib import Path

from plumbline.ci import osv
from plumbline.ci.osv import Package
from plumbline.ci.routing import report
from plumbline.kernel import command, git

PAGE = Path("reports/dependencies.md")
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pinned(text: str) -> set[Package]:
    """Give name and version of each requirement of a compiled file, of whichever platform."""
    return {(name.lower(), version) for name, version in _PIN.findall(text)}


def files(root: Path = Path()) -> list[str]:
    """Name the tracked files that pin requirements by their hashes."""
    listed = command.run("git", "ls-files", "-z", "*.txt", folder=root).split("\0")[:-1]
    return [name for name in listed if "--hash=sha256:" in _text(root / name)]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def installed(base: str | None, root: Path = Path()) -> dict[Package, list[str]]:
    """Give the packages with the files that pin them: all, or those that `base`, where this forked from it, does not.

    Raises:
        PlumblineError: There is no such base, or no history in common with it.
    """
    advice = "the base must be a commit that this clone has: fetch it, or name another with --base"
    fork = command.run("git", "merge-base", base, "HEAD", folder=root, advice=advice).strip() if base else None
    found: dict[Package, list[str]] = {}
    for name in files(root):
        before = (git.show(fork, name, root) or b"").decode() if fork else ""
        for package in sorted(pinned(_text(root / name)) - pinned(before)):
            found.setdefault(package, []).append(name)
    return found


def main(*, base: str = "main", all: bool = False, api: str = osv.API) -> int:  # noqa: A002 - the option's name
    """Name known vulnerabilities of the packages that a change pins: reports/dependencies.md.

    Args:
        base: What the change is compared with.
        all: Look at every pinned package.
        api: Address of OSV, or of a mirror of it.

    Returns:
        1 if a vulnerability has a fix.

    Raises:
        PlumblineError: There is no such base, or OSV does not answer.
    """
    packages = installed(None if all else base)
    found = osv.known(list(packages), api) if packages else {}
    rows = [
        (f"{name} {version}", one.id, one.severity.lower(), ", ".join(one.fixed) or "none yet", one.summary, where)
        for (name, version), known in found.items()
        for one in known
        for where in [", ".join(packages[name, version])]
    ]
    what = f"{len(packages)} pinned packages" if all else f"{len(packages)} packages that {base} does not pin"
    mended = sum(bool(one.fixed) for known in found.values() for one in known)
    note = f"{what} have {len(rows)} known vulnerabilities, {mended} of them with a fix"
    if mended:
        note += ": raise the version in the .in file, then `make requirements`"
    report.show(["package", "vulnerability", "severity", "fixed in", "what", "pinned in"], rows, note, PAGE)
    return int(mended > 0)
