"""Tests that failed and passed for the same commit, by the JUnit reports of its runs and of their attempts.

Nothing runs again by itself, so that no second attempt hides what failed in the first.
A run of a pull request tests a merge of its own, which only its own attempts share.
Source: https://docs.github.com/en/rest/actions/artifacts
"""

import datetime
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from plumbline.ci.github import Repository
from plumbline.ci.routing import report
from plumbline.kernel.errors import PlumblineError

_ARTIFACT = re.compile(r"(?P<what>.*\btests\b.*?)(?:-attempt-\d+)?")


@dataclass(frozen=True)
class Report:
    """One report of tests.

    Attributes:
        commit: What was tested.
        what: Which tests, under which circumstances: only what is alike here is compared.
        attempt: Who made the report, for people.
        text: The JUnit file.
    """

    commit: str
    what: str
    attempt: str
    text: bytes = field(repr=False)


@dataclass(frozen=True)
class Flake:
    """A test with both outcomes, and in which attempts it had them."""

    commit: str
    what: str
    test: str
    failed: tuple[str, ...]
    passed: tuple[str, ...]


def outcomes(text: bytes) -> dict[str, bool]:
    """Tell of each test of a JUnit file whether it passed; a skipped one is left out.

    Raises:
        PlumblineError: It is no such file.
    """
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - our own jobs' files; expat refuses entities that explode
    except ElementTree.ParseError as error:
        raise PlumblineError(f"this is no JUnit report: {error}") from None
    found: dict[str, bool] = {}
    for case in root.iter("testcase"):
        kinds = {child.tag for child in case}
        if "skipped" not in kinds:
            name = f"{case.get('classname')}::{case.get('name')}"
            found[name] = found.get(name, True) and kinds.isdisjoint({"failure", "error"})
    return found


def flakes(reports: Iterable[Report]) -> list[Flake]:
    """Find the tests that failed and passed for the same commit under the same circumstances."""
    known: defaultdict[tuple[str, str, str], dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    for one in reports:
        for test, passed in outcomes(one.text).items():
            known[one.commit, one.what, test][passed].append(one.attempt)
    return [
        Flake(*key, tuple(ended[False]), tuple(ended[True]))
        for key, ended in sorted(known.items())
        if ended[False] and ended[True]
    ]


def of_folders(folders: Iterable[Path]) -> Iterator[Report]:
    """Read the reports below folders, each an attempt of the same commit.

    Raises:
        PlumblineError: A folder holds none.
    """
    for folder in folders:
        files = sorted(folder.rglob("*.xml"))
        if not files:
            raise PlumblineError(f"{folder} holds no report: `pytest --junitxml {folder}/tests.xml` writes one")
        for file in files:
            if b"<testcase" in (text := file.read_bytes()):  # a report of coverage is XML, too
                yield Report("here", str(file.relative_to(folder)), str(folder), text)


def of_github(repository: Repository, since: datetime.date) -> Iterator[Report]:
    """Fetch the reports of the runs since a day: what is in artifacts named after tests, if a commit has two of them.

    A fork's are left out, whose files anybody may have written.
    """
    found: defaultdict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for run in repository.all("actions/runs", "workflow_runs", created=f">={since.isoformat()}", status="completed"):
        alone = f", run {run['id']}" if run["event"] == "pull_request" else ""
        if (run["head_repository"] or {}).get("full_name") != repository.name:
            continue
        for artifact in repository.all(f"actions/runs/{run['id']}/artifacts", "artifacts"):
            if (matched := _ARTIFACT.fullmatch(artifact["name"])) and not artifact["expired"]:
                attempt = f"{run['name']} {run['id']}, {artifact['name']} of {artifact['created_at']}"
                found[f"{run['head_sha'][:12]}{alone}", matched["what"]].append((attempt, artifact["id"]))
    for (commit, what), attempts in found.items():
        for attempt, number in attempts if len(attempts) > 1 else ():
            with zipfile.ZipFile(io.BytesIO(repository.download(f"actions/artifacts/{number}/zip"))) as archive:
                for name in archive.namelist():
                    if name.endswith(".xml") and b"<testcase" in (text := archive.read(name)):
                        yield Report(commit, f"{what}/{name}", attempt, text)


def main(*attempts: Path, days: int = 2) -> int:
    """Name the tests that failed and passed for the same commit.

    Args:
        attempts: Folders of JUnit reports, each of an attempt; GitHub's by default.
        days: How far to look back at GitHub.

    Returns:
        1 if there is one.

    Raises:
        PlumblineError: A folder holds no report, or GitHub refuses.
    """
    if attempts:
        reports = of_folders(attempts)
    else:
        since = datetime.datetime.now(datetime.UTC).date() - datetime.timedelta(days=days)
        reports = of_github(Repository.of_environment(), since)
    found = flakes(reports)
    rows = [(one.test, one.commit, one.what, "; ".join(one.failed), "; ".join(one.passed)) for one in found]
    note = f"{len(found)} tests failed and passed for the same commit"
    report.show(["test", "commit", "of", "failed in", "passed in"], rows, note, Path("reports/flakes.md"))
    return int(bool(found))
