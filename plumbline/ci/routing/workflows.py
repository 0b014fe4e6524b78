"""What a workflow file says of the pushes that start it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from plumbline.ci.routing import patterns
from plumbline.kernel.config import parse
from plumbline.kernel.errors import PlumblineError

FOLDER = Path(".github/workflows")
Patterns = tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """Why a workflow runs: the file and the pattern that selects it, or a sentence where no file decides."""

    file: str
    pattern: str


class Push(BaseModel):
    """The filters of `on.push`, which all must let a push through; a filter that is absent is None.

    Source: GitHub's documentation, "Workflow syntax for GitHub Actions", sections `on.push.<...>`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"))

    branches: Patterns | None = Field(None, min_length=1)
    branches_ignore: Patterns | None = Field(None, min_length=1)
    tags: Patterns | None = Field(None, min_length=1)
    tags_ignore: Patterns | None = Field(None, min_length=1)
    paths: Patterns | None = Field(None, min_length=1)
    paths_ignore: Patterns | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for kind in ("branches", "tags", "paths"):
            if getattr(self, kind) and getattr(self, f"{kind}_ignore"):
                raise ValueError(f"GitHub takes either {kind} or {kind}-ignore; say `!pattern` in {kind}")
        return self

    def runs(self, ref: str, files: Sequence[str]) -> bool:
        """Tell whether a push of `files` to `ref`, such as refs/heads/main, starts the workflow."""
        if ref.startswith("refs/tags/"):  # the paths of a tag are not looked at
            return self._tag(ref.removeprefix("refs/tags/"))
        return self._branch(ref.removeprefix("refs/heads/")) and self.by_path(files) is not None

    def _branch(self, name: str) -> bool:
        only_tags = (self.tags or self.tags_ignore) and not (self.branches or self.branches_ignore)
        return not only_tags and _passes(name, self.branches, self.branches_ignore)

    def _tag(self, name: str) -> bool:
        only_branches = (self.branches or self.branches_ignore) and not (self.tags or self.tags_ignore)
        return not only_branches and _passes(name, self.tags, self.tags_ignore)

    def by_path(self, files: Sequence[str]) -> Reason | None:
        """Give the first of `files` that starts the workflow by its path filters, and the pattern; None if none does.

        Without path filters every push starts it, one that changes no file too; with them that one never does.
        """
        if self.paths is None and self.paths_ignore is None:
            return Reason("any", "(no path filter)")
        for file in files:
            if self.paths is not None:
                pattern = patterns.selected_by(self.paths, file)
            else:
                ignored = patterns.selected_by(self.paths_ignore or (), file)
                pattern = None if ignored else "(not in paths-ignore)"
            if pattern:
                return Reason(file, pattern)
        return None


def _passes(name: str, only: Patterns | None, ignore: Patterns | None) -> bool:
    if only is not None:
        return patterns.selected_by(only, name) is not None
    return ignore is None or patterns.selected_by(ignore, name) is None


def read_push(path: Path) -> Push | None:
    """Read what starts the workflow `path` on a push; None if no push does.

    Raises:
        PlumblineError: The file is absent, is not a workflow, or a filter is wrong.
    """
    try:
        return _parsed(path, path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PlumblineError(f"{path} does not exist; plumbline/ci/routing/pipelines.toml names it") from None


@cache  # who asks for one file's route asks for another's next
def _parsed(path: Path, text: str) -> Push | None:
    try:
        # YAML 1.2, as GitHub reads it: for a reader of YAML 1.1 the key `on` is the value true.
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise PlumblineError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(content, dict) or "on" not in content:
        raise PlumblineError(f"{path} is no workflow: it has no `on`")
    events = content["on"]
    if isinstance(events, str):
        events = [events]
    if "push" not in events:
        return None
    push = parse(Push, (events["push"] if isinstance(events, dict) else None) or {}, f"{path}, on.push")
    for name, listed in push.model_dump(by_alias=True, exclude_none=True).items():
        patterns.check(listed, f"{path}, on.push.{name}")
    return push
