"""What a Terraform module or stack declares, read from its files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

from plumbline.kernel.errors import PlumblineError


@dataclass(frozen=True)
class Variable:
    """An input of a folder; `default` is HCL as written, None where the caller must give a value."""

    name: str
    type: str
    description: str
    default: str | None
    validated: bool


@dataclass(frozen=True)
class Output:
    """An output of a folder."""

    name: str
    description: str


def blocks(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    """Give the blocks of one kind with one label (variable, output, …) of all files of a folder, by label.

    Raises:
        PlumblineError: A file is no HCL.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.tf")):
        for block in parse(path).get(kind, []):
            found |= {unquote(label): body for label, body in block.items()}
    return found


def parse(path: Path) -> dict[str, Any]:
    """Read a file as nested dictionaries; strings keep their quotes, expressions are `${…}`.

    Raises:
        PlumblineError: The file is no HCL.
    """
    try:
        parsed: dict[str, Any] = hcl2.loads(path.read_text())
    except Exception as error:  # python-hcl2 lets the errors of its parser through
        raise PlumblineError(f"{path} is not HCL: {error}; terraform fmt says where") from error
    return parsed


def variables(folder: Path) -> list[Variable]:
    """Give the inputs of a folder in the order of their names."""
    return [
        Variable(
            name=name,
            type=expression(body.get("type", "")),
            description=unquote(body.get("description", "")),
            default=expression(body["default"]) if "default" in body else None,
            validated=bool(body.get("validation")),
        )
        for name, body in sorted(blocks(folder, "variable").items())
    ]


def outputs(folder: Path) -> list[Output]:
    """Give the outputs of a folder in the order of their names."""
    return [
        Output(name, unquote(body.get("description", ""))) for name, body in sorted(blocks(folder, "output").items())
    ]


def unquote(text: str) -> str:
    """Take the quotes of a string away."""
    return text.removeprefix('"').removesuffix('"')


def expression(value: Any) -> str:
    """Write a parsed value as HCL in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(expression(item) for item in value)}]"
    if isinstance(value, dict):
        pairs = (f"{key} = {expression(item)}" for key, item in value.items() if key != "__is_block__")
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    text = str(value)
    return text.removeprefix("${").removesuffix("}") if text.startswith("${") else text
