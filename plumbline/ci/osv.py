"""The Open Source Vulnerabilities database: what is known of versions of Python packages.

Source: https://google.github.io/osv.dev/post-v1-querybatch/ and https://ossf.github.io/osv-schema/
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from plumbline.kernel.errors import PlumblineError

API = "https://api.osv.dev"
_BATCH = 1000  # the API's maximum
_TIMEOUT = 60  # seconds

Package = tuple[str, str]  # name and version


@dataclass(frozen=True)
class Vulnerability:
    """What is known of one version of a package.

    Attributes:
        id: Such as GHSA-….
        severity: As the database that reported it says, such as HIGH; empty where it says none.
        summary: One line.
        fixed: The versions that have it no more; none if there is no fix.
    """

    id: str
    severity: str
    summary: str
    fixed: tuple[str, ...]


def known(packages: Sequence[Package], api: str = API) -> dict[Package, list[Vulnerability]]:
    """Ask for the vulnerabilities of each package; one that several databases report is given once.

    Raises:
        PlumblineError: The database cannot be reached, or refuses.
    """
    found: dict[Package, list[Vulnerability]] = {}
    for package, ids in _identifiers(packages, api).items():
        seen: set[str] = set()
        for name in sorted(ids):
            entry = _ask("GET", f"{api}/v1/vulns/{name}")
            names = {name, *entry.get("aliases", [])}
            if not entry.get("withdrawn") and seen.isdisjoint(names):
                found.setdefault(package, []).append(_vulnerability(entry, package[0]))
                seen |= names
    return found


def _identifiers(packages: Sequence[Package], api: str) -> dict[Package, set[str]]:
    """Ask page by page; the answers have the order of the questions."""
    ids: dict[Package, set[str]] = {package: set() for package in packages}
    left = [(package, "") for package in packages]
    while left:
        asked, left = left[:_BATCH], left[_BATCH:]
        queries = [
            {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
            | ({"page_token": page} if page else {})
            for (name, version), page in asked
        ]
        answer = _ask("POST", f"{api}/v1/querybatch", {"queries": queries})
        for (package, _), result in zip(asked, answer["results"], strict=True):
            ids[package] |= {one["id"] for one in result.get("vulns", [])}
            if page := result.get("next_page_token"):
                left.append((package, page))
    return ids


def _vulnerability(entry: dict[str, Any], name: str) -> Vulnerability:
    events = [
        event
        for affected in entry.get("affected", [])
        if _plain(affected.get("package", {}).get("name", "")) == _plain(name)
        for span in affected.get("ranges", [])
        if span["type"] != "GIT"
        for event in span["events"]
    ]
    fixed = dict.fromkeys(event["fixed"] for event in events if "fixed" in event)
    severity = str(entry.get("database_specific", {}).get("severity", ""))
    return Vulnerability(entry["id"], severity, entry.get("summary", ""), tuple(fixed))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _ask(method: str, url: str, body: object = None) -> Any:
    try:
        answer = httpx.request(method, url, json=body, timeout=_TIMEOUT)
    except httpx.HTTPError as error:
        raise PlumblineError(f"{method} {url}: {error}\nNothing is known without it: run the same again") from None
    if answer.is_error:
        raise PlumblineError(f"{method} {url} answers {answer.status_code}: {answer.text[:500]}")
    return answer.json()
