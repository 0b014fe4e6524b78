"""Who may do what, as a page: the tables of modules workload-identity and dvc-remote, the controllers of module eks."""

from pathlib import Path
from typing import Any

from plumbline.cloud.terraform import hcl
from plumbline.kernel.errors import PlumblineError

MARK = "<!-- Made by `plumb infra docs` from modules/workload-identity, modules/eks and modules/dvc-remote. -->"
_WHO = {
    "developer": "people who work on data and models",
    "ci": "jobs in GitHub's environments `data` and `official`, in staging",
    "release": "who deploys: people, and jobs in GitHub's environment `staging` or `production`, each in its own",
    "production": "who only reads, such as jobs in GitHub's environment `read`, in staging",
}


def table(root: Path) -> dict[str, dict[str, Any]]:
    """Give the rows of the table of workloads by name.

    Args:
        root: The folder of Terraform.

    Raises:
        PlumblineError: The table is not where it belongs.
    """
    path = root / "modules/workload-identity/table.tf"
    for block in hcl.parse(path).get("locals", []):
        if "workloads" in block:
            rows = block["workloads"]
            return {name: {key: _plain(value) for key, value in row.items()} for name, row in rows.items()}
    raise PlumblineError(f"{path} has no local `workloads`: the table of identities belongs there")


def controllers(root: Path) -> dict[str, tuple[str, str]]:
    """Give namespace and service account of what the module eks gives an identity, by name."""
    folder = root / "modules/eks"
    found = {
        name: (hcl.unquote(body["namespace"]), hcl.unquote(body["service_account"]))
        for name, body in _resources(folder, "aws_eks_pod_identity_association").items()
    }
    for body in _resources(folder, "aws_eks_addon").values():
        for association in body.get("pod_identity_association", []):
            # An add-on's own association has no namespace: those of AWS live in kube-system.
            found[hcl.unquote(body["addon_name"])] = ("kube-system", hcl.unquote(association["service_account"]))
    return found


def writers(root: Path) -> dict[str, list[str]]:
    """Give the kinds of buckets that each policy of the remotes may write, by the policy's name.

    Raises:
        PlumblineError: The table is not where it belongs.
    """
    path = root / "modules/dvc-remote/policies.tf"
    for block in hcl.parse(path).get("locals", []):
        if "writers" in block:
            rows = {name: _plain(kinds) for name, kinds in block["writers"].items() if name != "__is_block__"}
            if unknown := rows.keys() ^ _WHO.keys():
                raise PlumblineError(
                    f"{path}: say in plumbline/cloud/terraform/identities.py who takes {', '.join(sorted(unknown))}"
                )
            return rows
    raise PlumblineError(f"{path} has no local `writers`: the table of the remotes' policies belongs there")


def page(root: Path) -> str:
    """Write the page."""
    lines = [
        "# Identities",
        "",
        MARK,
        "",
        "A pod acts in AWS as its service account (EKS Pod Identity), and a service account may do what its row says.",
        "Who reads a bucket may decrypt with its key, who writes may encrypt with it, only through S3 (`ViaService`).",
        "Nodes may do nothing here, and no pod reaches their credentials.",
        "",
        "| workload | namespace | service account | reads | writes | deletes | secrets | why |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in table(root).items():
        kinds = [_kinds([*row["reads"], *row["writes"]]), _kinds(row["writes"]), _kinds(row["deletes"])]
        secrets = "the project's" if row["secrets"] else "none"
        cells = [f"`{name}`", _namespace(row["namespace"]), f"`{row['service_account']}`", *kinds, secrets, row["why"]]
        lines.append(f"| {' | '.join(cells)} |")
    kept = _kinds(_kept(root))
    lines += ["", f"In production no pod writes or deletes in {kept}: there a row that writes reads instead.", ""]
    lines += ["Controllers of the cluster, whose identity comes with the module `eks`:", ""]
    lines += ["| controller | namespace | service account |", "|---|---|---|"]
    lines += [f"| `{name}` | `{space}` | `{account}` |" for name, (space, account) in sorted(controllers(root).items())]
    lines += [
        "",
        "Outside the cluster (policies `plumbline-<env>-remote-…` of the module `dvc-remote`; none deletes):",
        "",
    ]
    lines += ["| policy | writes | who |", "|---|---|---|"]
    lines += [f"| `{name}` | {_kinds(kinds)} | {_WHO[name]} |" for name, kinds in writers(root).items()]
    return "\n".join(lines) + "\n"


def _kept(root: Path) -> list[str]:
    blocks = hcl.parse(root / "modules/workload-identity/table.tf")["locals"]
    return [hcl.unquote(kind) for block in blocks for kind in block.get("production_keeps", [])]


def _resources(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    return {
        hcl.unquote(name): body
        for path in sorted(folder.glob("*.tf"))
        for block in hcl.parse(path).get("resource", [])
        for name, body in block.get(f'"{kind}"', {}).items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return hcl.unquote(value) if isinstance(value, str) else value


def _namespace(written: str) -> str:
    return "`plumbline-<env>`" if written.startswith("${") else f"`{written}`"


def _kinds(kinds: list[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in sorted(set(kinds))) or "none"
