"""The data pipeline and the model pipeline, run by the commands that CI runs."""

from pathlib import Path

import yaml

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import clone, past, serving
from plumbline.loop.rehearse.past import Part
from plumbline.loop.rehearse.state import Outcome

PROMOTION = Path("reports/promotion.md")
_RELEASE = Path(".plumbline/release.json")
_RAW = Path("data/raw")


def version_data(part: Part, *extract: str) -> Outcome:
    """Let the extraction read up to a part's end; extract by a command, version, commit and push.

    Raises:
        PlumblineError: A step failed, or the commit names the data that was there before.
    """
    for name, value in part.extract.items():
        inner = value if isinstance(value, dict) else {}
        for key, one in inner.items():
            clone.edit(str(past.PARAMETERS), "extract", name, key, value=one)
        if not inner:
            clone.edit(str(past.PARAMETERS), "extract", name, value=value)
    clone.commit(f"Let the extraction read up to {part.until}")
    before = versions()
    for words in (("data", "warehouse"), extract, ("data", "version"), ("data", "push")):
        clone.plumb(*words)
    after = versions()
    same = [path for path in after if after[path] == before.get(path)]
    if same or clone.git("status", "--porcelain"):
        raise PlumblineError(
            f"`plumb {' '.join(extract)}` and `plumb data version` committed no new version of"
            f" {', '.join(same) or 'the data'}"
        )
    rows = sum(yaml.safe_load(record.read_text())["meta"]["rows"] for record in _records())
    return Outcome(f"{rows} rows up to {part.until}", hashes={"commit": clone.head()} | after)


def versions() -> dict[str, str]:
    """Give the md5 of each raw file by its name, as its `.dvc` file has it."""
    return {record.stem: yaml.safe_load(record.read_text())["outs"][0]["md5"] for record in _records()}


def build(*, promoted: bool) -> Outcome:
    """Build the commit officially, and let the policy promote it or not.

    Raises:
        PlumblineError: The build failed, or was promoted and should not have been, or the other way round.
    """
    verdict = next(line for line in clone.plumb("model", "official").splitlines() if line.startswith("verdict: "))
    clone.plumb("release", "policy")
    clone.git("switch", "--quiet", "main")  # the tag may have left it for a commit that holds the new dvc.lock
    release = jsonfile.read(_RELEASE)
    if (serving.champion().version == str(release["version"])) != promoted:
        wanted = "promoted" if promoted else "refused"
        raise PlumblineError(f"version {release['version']} should have been {wanted}:\n{PROMOTION.read_text()}")
    hashes = {"commit": release["git_commit"], "bundle": release["bundle_sha256"]}
    return Outcome(f"build: {verdict.removeprefix('verdict: ')}. {reason()}", str(release["version"]), hashes)


def reason() -> str:
    """Give why the last build was promoted, or why not."""
    return PROMOTION.read_text().split("\n\n")[1]


def _records() -> list[Path]:
    return sorted(_RAW.glob("*.dvc"))
