"""Typed parameters: a section of a params.yaml, refused as a whole if a key is unknown, absent or of a wrong type."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from tools.errors import PlumblineError


class Strict(BaseModel):
    """A model that is immutable and refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Parameters = TypeVar("Parameters", bound=BaseModel)


def read_yaml(path: Path) -> dict[str, object]:
    """Read a YAML file that holds a mapping.

    Raises:
        PlumblineError: The file is absent, or is not a YAML mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist") from None
    except yaml.YAMLError as error:
        raise PlumblineError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise PlumblineError(f"{path} holds no mapping")
    return content


def parse(model: type[Parameters], content: object, where: str) -> Parameters:
    """Check `content` against `model`.

    Raises:
        PlumblineError: Names `where`, the key and the rule of each violation.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in item['loc']) or '(all)'}: {item['msg']}" for item in error.errors()
        ]
        raise PlumblineError("\n".join([f"{where} is not as it must be:", *lines])) from None


def section(model: type[Parameters], path: Path, name: str) -> Parameters:
    """Read the section `name` of the parameters file `path`.

    Raises:
        PlumblineError: The file or the section is absent, or a key is unknown, absent or of a wrong type.
    """
    content = read_yaml(path)
    if name not in content:
        raise PlumblineError(f"{path} has no section {name!r}")
    return parse(model, content[name], f"section {name!r} of {path}")
