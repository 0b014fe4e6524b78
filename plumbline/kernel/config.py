"""Typed configuration: a params.yaml and the environment, refused as a whole if a key is unknown or wrong."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from plumbline.kernel.errors import PlumblineError


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


PREFIX = "PLUMBLINE_"


class Settings(Strict):
    """What differs from one environment to the next: each setting is a variable, its name in capitals after PLUMBLINE_.

    Attributes:
        env: Where this runs; production only pulls data.
        lake_url: Folder of the data lake that receives each version, such as s3://bucket/prefix; none if unset.
        log_level: The least severe level that is logged.
        require_tools: Whether a test fails, rather than skips, for want of a tool.
        actor: Who acts, for the records; git's user if unset.
        api_key: The key to ask it with.
        api_url: Where the public service answers.
        base_image: What images stand on, instead of what their Dockerfiles say.
        branch: The branch that is checked, where git has only the commit, as in CI.
        build_options: Further options of an image's build, such as the certificates of a proxy.
        engine: What builds and runs images: docker, podman or buildah; the first that works if unset.
        image_prefix: What stands before an image's name on this machine.
        ledger: The ledger of releases: its file, or branch:NAME of `origin`.
        loop_token: What Alertmanager must send to start the model pipeline.
        memory: What DuckDB may take of memory before it takes the disk, for each table that it sorts or reads.
        part_rows: How many rows of a table the data stages have in memory at once; no byte of theirs depends on it.
        public_key: The key that verifies a bundle.
        signing_key: The key that signs a bundle.
    """

    model_config = ConfigDict(alias_generator=lambda name: PREFIX + name.upper(), validate_by_name=True)

    env: Literal["local", "staging", "production"] = "local"
    lake_url: str | None = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(lambda value: str(value).lower())
    ] = "info"
    require_tools: bool = False
    actor: str | None = None
    api_key: str | None = None
    api_url: str | None = None
    base_image: str | None = None
    branch: str | None = None
    build_options: str = ""
    engine: Literal["docker", "podman", "buildah"] | None = None
    image_prefix: str = "localhost/plumbline-"
    ledger: str | None = None
    loop_token: str | None = None
    memory: Annotated[str, Field(pattern=r"^\d+ ?[MG]i?B$")] = "1GB"
    part_rows: Annotated[int, Field(ge=1)] = 50_000
    public_key: str | None = None
    signing_key: str | None = None


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the variables that start with PLUMBLINE_; an empty one counts as unset.

    Args:
        environ: The variables; those of this process by default.

    Raises:
        PlumblineError: Names every variable that is unknown or of a wrong type.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX) and value}
    return parse(Settings, given, "the environment (docs/configuration.md lists the settings)")


class Directories(Strict):
    """Where the data room keeps what is not in git, from the root of the clone.

    Attributes:
        raw: The raw files and their `.dvc` files.
        staging: Extracted files that are not validated yet, or were refused; theirs are the line numbers of a refusal.
    """

    raw: Path
    staging: Path = Path(".plumbline/staging")


class Extraction(Strict):
    """Where raw data came from; kept in the `meta` of its `.dvc` file.

    Attributes:
        dataset: Name of the data set.
        table: The table that the query reads.
        query: The query, with its parameters as `$name`.
        parameters: Their values.
        columns: The columns, in the order of the file.
        rows: Number of rows, in all files that came of it.
        watermark: For an update, the column and the value from which on rows were read.
    """

    dataset: str
    table: str
    query: str
    parameters: dict[str, str | int | float]
    columns: tuple[str, ...] = Field(min_length=1)
    rows: int = Field(gt=0)
    watermark: dict[str, float | str] | None = None


class Config(Strict):
    """All that determines how data is extracted and kept: settings, directories, and the extraction once it has run."""

    settings: Settings
    directories: Directories
    extraction: Extraction | None = None
