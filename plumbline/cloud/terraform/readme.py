"""The second half of a folder's README: inputs, outputs, and how to validate and destroy it, made from its files."""

from pathlib import Path

from plumbline.cloud.terraform import hcl
from plumbline.kernel.errors import PlumblineError

MARK = "<!-- From here on made by `plumb infra docs`. -->"
_WITH_PLATFORM = (
    "`plumb cloud destroy staging` takes it away with the stack `platform`, in the order of `docs/cloud.md`."
)
_HOW = {
    "platform": "`plumb cloud destroy staging` takes everything away, in the order of `docs/cloud.md`.",
    "bootstrap": "No target destroys states: delete their versions by hand once every environment is gone.",
}


def folders(root: Path) -> list[Path]:
    """Give the modules and stacks under the folder of Terraform."""
    return sorted(path.parent for path in root.glob("*/*/versions.tf"))


def page(folder: Path) -> str:
    """Write the README of a folder: what a person wrote above the mark, and what the files say below it.

    Raises:
        PlumblineError: The folder has no README, or one without the mark.
    """
    path = folder / "README.md"
    text = path.read_text() if path.exists() else ""
    if MARK not in text:
        raise PlumblineError(f"{path} must say what {folder.name} is for, then have the line {MARK}")
    return text.split(MARK)[0] + MARK + "\n\n" + generated(folder)


def generated(folder: Path) -> str:
    """Write what follows the mark."""
    variables, outputs = hcl.variables(folder), hcl.outputs(folder)
    lines = ["## Inputs", "", "| name | type | default | what |", "|---|---|---|---|"]
    for it in variables:
        default = "required" if it.default is None else f"`{it.default}`"
        lines.append(f"| `{it.name}` | `{_cell(it.type)}` | {_cell(default)} | {_cell(it.description)} |")
    lines += ["", "## Outputs", "", "| name | what |", "|---|---|"]
    lines += [f"| `{it.name}` | {_cell(it.description)} |" for it in outputs]
    lines += [
        "",
        "## Validate",
        "",
        "```",
        f"infrastructure/terraform/check {folder.parent.name}/{folder.name}",
        "```",
        "",
    ]
    lines += ["runs `fmt`, `validate` and the tests of `tests/`, in no account.", "", "## Destroy", ""]
    return "\n".join([*lines, _HOW.get(folder.name, _WITH_PLATFORM), "", *_destroy(variables)]) + "\n"


def _destroy(variables: list[hcl.Variable]) -> list[str]:
    deciding = [it for it in variables if "destroy" in it.name or "deletion" in it.name]
    if not deciding:
        return ["Nothing here outlives a destroy or blocks it, and no input changes that."]
    return ["What a destroy does is decided by:", ""] + [
        f"- `{it.name}`{_by_default(it)}: {it.description[0].lower()}{it.description[1:]}" for it in deciding
    ]


def _by_default(variable: hcl.Variable) -> str:
    return "" if variable.default is None else f" (`{variable.default}` unless told)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
