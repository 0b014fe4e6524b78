"""YAML files that a person and a program both edit: comments and order stay, text stays text for whoever reads it."""

from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from plumbline.kernel.files import whole

_TEXT = "tag:yaml.org,2002:str"


class _Representer(RoundTripRepresenter):
    """Quotes what the YAML 1.1 of `kernel.config` would take for something else, such as No and 007."""

    def represent_text(self, text: str) -> ScalarNode:
        read_as = yaml.SafeLoader("").resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
        node: ScalarNode = self.represent_scalar(_TEXT, text, style=None if read_as == _TEXT else '"')
        return node


_Representer.add_representer(str, _Representer.represent_text)


def read(path: Path) -> Any:
    """Read a file with its comments."""
    return _yaml().load(path.read_text(encoding="utf-8"))


def write(content: Any, path: Path) -> None:
    """Write a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as partial, partial.open("w", encoding="utf-8") as file:
        _yaml().dump(content, file)


def _yaml() -> YAML:
    parser = YAML()
    parser.Representer = _Representer
    parser.indent(mapping=2, sequence=4, offset=2)  # as yamllint wants it
    parser.width, parser.allow_unicode, parser.preserve_quotes = 4096, True, True
    return parser
