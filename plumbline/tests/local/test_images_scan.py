"""The images that overlays name are scanned, by a Trivy that answers as its documentation says."""

import json
import shutil
from pathlib import Path

import pytest

from plumbline.deploy.overlay import OVERLAYS, Image, Overlay
from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import scan
from plumbline.testing.repository import ROOT

OLD, NEW = (f"sha256:{letter * 64}" for letter in "ab")
TRIVY = """#!/bin/sh
echo "$@" >> calls
while [ $# -gt 0 ]; do case "$1" in --output) output=$2;; --format) format=$2;; esac; shift; done
cp "$format.answer" "$output"
"""


def found(severity: str, fixed: str) -> dict[str, str]:
    known = {
        "VulnerabilityID": f"CVE-{severity}",
        "PkgName": "libssl3",
        "InstalledVersion": "3.0.1",
        "Severity": severity,
    }
    return known | ({"FixedVersion": fixed} if fixed else {})


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Overlays of which nothing was deployed, and a Trivy that finds what its file of answers says."""
    shutil.copytree(ROOT / OVERLAYS, tmp_path / OVERLAYS)
    monkeypatch.chdir(tmp_path)
    for environment in scan.ENVIRONMENTS:
        for image in Overlay(environment).images().values():
            Overlay(environment).set_image(Image(image.service, image.name, scan.NEVER))
    program = tmp_path / "bin/trivy"
    program.parent.mkdir()
    program.write_text(TRIVY)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    Path("sarif.answer").write_text(json.dumps({"version": "2.1.0", "runs": [{"tool": {}, "results": []}]}))
    answer([found("HIGH", "3.0.2"), found("CRITICAL", ""), found("LOW", "3.0.2")])
    return tmp_path


def answer(vulnerabilities: list[dict[str, str]]) -> None:
    results = [{"Target": "debian", "Vulnerabilities": vulnerabilities}, {"Target": "Python"}]  # one that has none
    Path("json.answer").write_text(json.dumps({"SchemaVersion": 2, "Results": results}))


def deploy(environment: str, service: str, digest: str) -> None:
    overlay = Overlay(environment)
    overlay.set_image(Image(service, overlay.images()[service].name, digest))


def test_what_was_never_deployed_is_not_scanned_and_that_is_said(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scan.main() == 0
    assert "nothing was scanned: no overlay names an image that was deployed" in capsys.readouterr().out
    assert not Path("calls").exists()


def test_a_digest_that_two_environments_run_is_scanned_once_and_found_in_both(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deploy("staging", "api", NEW)
    deploy("production", "api", NEW)
    deploy("production", "predict", OLD)
    assert scan.main() == 1
    said = capsys.readouterr().out
    calls = [line.split()[-1] for line in Path("calls").read_text().splitlines() if line.startswith("image ")]
    assert sorted(name.rpartition("-")[2] for name in calls) == [f"api@{NEW}", f"predict@{OLD}"]
    assert "staging/api, production/api  HIGH      CVE-HIGH       libssl3 3.0.1  3.0.2" in said
    assert "2 images hold 6 vulnerabilities, 2 of them severe and with a fix" in said
    assert "CVE-CRITICAL" not in said  # it has no fix yet, and stands under Security
    ids = {path.name: json.loads(path.read_text())["runs"][0]["automationDetails"]["id"] for path in reports()}
    assert ids == {f"{who}.sarif": f"running-{who}/" for who in ("production-api", "production-predict", "staging-api")}


def reports() -> list[Path]:
    return sorted(scan.FOLDER.glob("*.sarif"))


def test_one_environment_may_be_asked_for_and_what_has_no_fix_refuses_nothing(house: Path) -> None:
    answer([found("CRITICAL", "")])
    deploy("staging", "api", NEW)
    deploy("production", "predict", OLD)
    assert scan.main("production") == 0
    assert [path.name for path in reports()] == ["production-predict.sarif"]
    assert [path.name for path in scan.FOLDER.glob("*.json")] == []


def test_a_workflow_hears_whether_there_is_something_to_show(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(house / "output"))
    scan.main()
    deploy("staging", "api", NEW)
    scan.main()
    assert (house / "output").read_text().splitlines() == [
        "images=",
        f"images={Overlay('staging').images()['api'].name}@{NEW}",
    ]


def test_an_image_that_cannot_be_had_and_a_missing_trivy_are_said(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy("staging", "api", NEW)
    (house / "bin/trivy").write_text("#!/bin/sh\necho UNAUTHORIZED >&2\nexit 1\n")
    with pytest.raises(PlumblineError, match=r"(?s)UNAUTHORIZED.*a private image needs `docker login`"):
        scan.main()
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(PlumblineError, match="trivy is not installed"):
        scan.main()
