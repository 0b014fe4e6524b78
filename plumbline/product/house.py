"""plumbline.toml: what this house is called, where it lives, and which of its files belong to whom."""

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, Field

from plumbline.kernel.config import Strict, parse
from plumbline.kernel.errors import PlumblineError

FILE = "plumbline.toml"

_LABEL = r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?"
_RULES = {
    "name": (_LABEL, "a DNS label: lower-case letters, digits and hyphens, a letter first, at most 63"),
    "model": (_LABEL, "a DNS label: lower-case letters, digits and hyphens, a letter first, at most 63"),
    "owner": (r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", "an owner on GitHub: letters, digits, single hyphens, at most 39"),
    "repository": (
        r"(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}",
        "a repository on GitHub: letters, digits, '.', '_' and '-', at most 100, without .git",
    ),
    "account": (r"[a-z0-9]([._-]?[a-z0-9]){1,62}", "an account of the registry: lower-case letters, digits and . _ -"),
    "region": (r"[a-z]{2}(-[a-z]+)+-[1-9]", "a region of AWS, such as eu-central-1"),
}


def fault(name: str, value: str) -> str | None:
    """Say in one sentence why `value` cannot be the value `name`; None if it can."""
    pattern, rule = _RULES[name]
    return None if re.fullmatch(pattern, value) else f"{name}: {value!r} is not {rule}"


def _checked(name: str) -> AfterValidator:
    def check(value: str) -> str:
        wrong = fault(name, value)
        if wrong:
            raise ValueError(wrong)
        return value

    return AfterValidator(check)


class Values(Strict):
    """What a team calls its own.

    Attributes:
        name: The house, such as its project of containers on one machine.
        model: The registered model.
        owner: Who owns the repository on GitHub.
        repository: Its name there.
        account: The account of the image registry.
        region: The region of AWS where everything lies unless `TF_VAR_region` says otherwise.
    """

    name: Annotated[str, _checked("name")]
    model: Annotated[str, _checked("model")]
    owner: Annotated[str, _checked("owner")]
    repository: Annotated[str, _checked("repository")]
    account: Annotated[str, _checked("account")]
    region: Annotated[str, _checked("region")]


class Cloud(Strict):
    """Where environments may be made.

    Attributes:
        allowed_account_ids: Numbers of AWS accounts; while there is none, `TF_VAR_account_id` alone decides.
    """

    allowed_account_ids: tuple[Annotated[str, Field(pattern=r"^[0-9]{12}$")], ...] = ()


class Product(Strict):
    """The release that this house stands on.

    Attributes:
        version: Its version; its tag is `v` and this.
        upstream: Where `upgrade` fetches releases if it is not told; empty if nobody said.
        migrated: Number of the last migration that ran here.
    """

    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    upstream: str
    migrated: int = Field(ge=0)


class Paths(Strict):
    """Who owns which files, by patterns: `*` stays within a folder, `**` does not.

    Attributes:
        product: What an upgrade replaces.
        team: What a team edits and no upgrade touches.
        seeded: What comes once, and is the team's from then on.
        own: What a team added; the only list that an upgrade keeps.
    """

    product: tuple[str, ...]
    team: tuple[str, ...]
    seeded: tuple[str, ...]
    own: tuple[str, ...]


class Carrier(Strict):
    """A text that carries values, as `<owner>`, with enough around them to find it again; and the files with it."""

    files: tuple[str, ...]
    text: str


class House(Strict):
    """All of plumbline.toml."""

    house: Values
    cloud: Cloud = Cloud()
    product: Product
    paths: Paths
    carriers: tuple[Carrier, ...] = ()


def loads(text: str, where: str = FILE, *, lenient: bool = False) -> House:
    """Read the text of a plumbline.toml.

    Args:
        text: The text.
        where: What an error calls it.
        lenient: Whether to pass over unknown keys, which a later release may have.

    Raises:
        PlumblineError: It is no TOML, or a key is unknown, absent or wrong.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PlumblineError(f"{where} is not valid TOML: {error}") from None
    return parse(House, _known(content, House) if lenient else content, where)


def _known(content: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    known = {}
    for name, about in model.model_fields.items():
        if name in content:
            table, kind = content[name], about.annotation
            nested = isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(table, dict)
            known[name] = _known(table, cast(type[BaseModel], kind)) if nested else table
    return known


def read(root: Path = Path()) -> House:
    """Read plumbline.toml of the clone at `root`.

    Raises:
        PlumblineError: It is absent or wrong.
    """
    try:
        return loads((root / FILE).read_text(encoding="utf-8"), str(root / FILE))
    except FileNotFoundError:
        raise PlumblineError(f"{root / FILE} does not exist: this is no clone of Plumbline 0.2.0 or later") from None


def replaced(text: str, changes: dict[str, str | int | tuple[str, ...]]) -> str:
    """Give the text of a plumbline.toml with other values of these keys, and all else, comments too, as it was.

    Raises:
        PlumblineError: A key does not stand there once, at the start of a line.
    """
    for key, value in changes.items():
        pattern = re.compile(rf"^{key} = (?:\[[^\]]*\]|[^\n]*)", re.MULTILINE)
        if len(pattern.findall(text)) != 1:
            raise PlumblineError(f"{FILE} must have one line that starts with `{key} =`")
        written = f"{key} = {_toml(value)}"
        text = pattern.sub(lambda _, written=written: written, text)  # type: ignore[misc]
    return text


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + "".join(f"\n  {_toml(item)}," for item in value) + ("\n]" if value else "]")
    return json.dumps(value, ensure_ascii=False)
