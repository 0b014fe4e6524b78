"""Every service account has its row in the table of identities, and the pages made from it are current."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from infrastructure.tests.terraform.conftest import ENVIRONMENTS, TERRAFORM, copied
from plumbline.cloud.terraform import __main__ as docs
from plumbline.cloud.terraform import identities, readme
from plumbline.kernel.errors import PlumblineError
from plumbline.testing.repository import ROOT, plant


def accounts_of_manifests(folder: Path) -> dict[str, str]:
    """Give the service accounts that manifests make or name, with the file."""
    found = {}
    charts = [path.parent for path in folder.rglob("Chart.yaml")]
    for path in sorted(folder.rglob("*.yaml")):
        if any(path.is_relative_to(chart) for chart in charts):
            continue  # no YAML before it is rendered
        for document in yaml.safe_load_all(path.read_text()):
            if isinstance(document, dict) and document.get("kind") == "ServiceAccount":
                found[document["metadata"]["name"]] = str(path.relative_to(folder))
    return found


def test_no_service_account_is_without_its_row() -> None:
    rows = {row["service_account"] for row in identities.table(TERRAFORM).values()}
    found = accounts_of_manifests(ROOT / "infrastructure")
    assert {"api", "loop-receiver", "pipeline"} <= found.keys()
    assert {name: file for name, file in found.items() if name not in rows} == {}


def test_a_service_account_without_a_row_is_found(tmp_path: Path) -> None:
    (tmp_path / "serviceaccount.yaml").write_text("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: stranger}\n")
    assert accounts_of_manifests(tmp_path) == {"stranger": "serviceaccount.yaml"}
    assert "stranger" not in identities.table(TERRAFORM)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_pod_has_the_identity_of_its_row(environments: dict[str, list[dict[str, Any]]], environment: str) -> None:
    planned = {
        it["index"]: (it["values"]["namespace"], it["values"]["service_account"])
        for it in environments[environment]
        if it["type"] == "aws_eks_pod_identity_association"
    }
    written = {
        name: (row["namespace"].replace("${local.services}", f"plumbline-{environment}"), row["service_account"])
        for name, row in identities.table(TERRAFORM).items()
        if row["reads"] or row["writes"] or row["deletes"] or row["secrets"]
    }
    assert planned == written


def test_pipeline_pods_have_an_identity_of_their_own() -> None:
    row = identities.table(TERRAFORM)["pipeline"]
    assert row["service_account"] == "pipeline"
    assert {"data", "models"} <= set(row["writes"])


def test_what_is_made_from_the_files_is_current() -> None:
    stale = [str(path.relative_to(ROOT)) for path, text in docs.pages(TERRAFORM).items() if path.read_text() != text]
    assert stale == [], "run plumb infra docs"


def test_a_changed_input_makes_its_readme_stale(tmp_path: Path) -> None:
    root = copied(tmp_path)
    plant(root, "modules/eks/variables.tf", "default     = 50", "default     = 60")
    page = readme.page(root / "modules/eks")
    assert "| `disk_gib` | `number` | `60` |" in page
    assert page != (root / "modules/eks/README.md").read_text()


def test_a_readme_without_the_mark_is_refused_by_name(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "modules/eks/README.md").write_text("# eks\n")
    with pytest.raises(PlumblineError, match=r"modules/eks/README.md must say what eks is for"):
        readme.page(root / "modules/eks")


def test_a_file_that_is_no_hcl_is_refused_by_name(tmp_path: Path) -> None:
    root = copied(tmp_path)
    (root / "modules/eks/variables.tf").write_text('variable "a" {')
    with pytest.raises(PlumblineError, match=r"variables.tf is not HCL"):
        readme.page(root / "modules/eks")
