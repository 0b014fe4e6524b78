"""Record the official build in git: as a tag, or as a commit on the main branch."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from plumbline.kernel import command
from plumbline.kernel.config import Strict
from plumbline.kernel.errors import PlumblineError

# What a rebuild may change of the files that git tracks.
RECORDS = ("dvc.lock", "model/artifacts/metrics.json")


class Settings(Strict):
    """The content of model/configs/official.yaml."""

    record: Literal["tag", "commit"]
    branch: str
    retries: int = Field(ge=0)
    author: str
    email: str


class Recorder:
    """Writes to the clone at `folder`, and to its remote `origin` if there is one."""

    def __init__(self, settings: Settings, folder: Path = Path()) -> None:
        self._settings = settings
        self._folder = folder

    def commit(self) -> bool:
        """Commit what the rebuild changed, if it changed anything.

        The commit has the time of the one before it, so that doing it again gives the same commit. With `record: tag`
        it lies on no branch; the tag is what keeps it.

        Returns:
            Whether there was something to commit.
        """
        if not self._git("status", "--porcelain", "--untracked-files=no", "--", *RECORDS):
            return False
        if self._settings.record == "tag":
            self._git("checkout", "--quiet", "--detach")
        self._git("add", "--", *(name for name in RECORDS if (self._folder / name).exists()))
        date = self._git("show", "--no-patch", "--format=%cI", "HEAD")
        self._git("commit", "--quiet", "--message", "CI Pipeline: record the official build [skip ci]", date=date)
        return True

    def push_commit(self) -> None:
        """Push the commit to the main branch; if that moved, put the commit on top of it and try again.

        Raises:
            PlumblineError: What moved the branch changed the model too, or it keeps moving.
        """
        if not self.has_remote():
            return
        branch = self._settings.branch
        for _ in range(self._settings.retries + 1):
            self._git("fetch", "--quiet", "origin", branch)
            try:
                self._git("rebase", "--quiet", "FETCH_HEAD")
            except PlumblineError:
                self._git("rebase", "--abort")
                raise PlumblineError(
                    f"{branch} moved, and with it {' or '.join(RECORDS)}: its own official build records it"
                ) from None
            try:
                self._git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
            except PlumblineError as error:
                refusal = error
            else:
                return
        raise PlumblineError(f"{branch} cannot be pushed to after {self._settings.retries} retries: {refusal}")

    def tag(self, name: str, message: str) -> None:
        """Tag the commit that is checked out, unless it has the tag, and push the tag.

        Raises:
            PlumblineError: The tag names another commit.
        """
        if self.has_remote():
            self._git("fetch", "--quiet", "--tags", "origin")
        here = self._git("rev-parse", "HEAD")
        if self._git("tag", "--list", name):
            there = self._git("rev-list", "-1", name)
            if there != here:
                raise PlumblineError(
                    f"the tag {name} names commit {there}, and this is {here}: is MLFLOW_TRACKING_URI the registry that"
                    " the tags were made for?"
                )
        else:
            self._git("tag", "--annotate", name, "--message", message)
        if self.has_remote():  # also a tag that a killed run made and did not push
            self._git("push", "--quiet", "origin", f"refs/tags/{name}")

    def has_remote(self) -> bool:
        """Tell whether there is a remote `origin`."""
        return "origin" in self._git("remote").split()

    def _git(self, *arguments: str, date: str = "") -> str:
        who = {"NAME": self._settings.author, "EMAIL": self._settings.email} | ({"DATE": date} if date else {})
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
        return command.run("git", *arguments, folder=self._folder, environment=environment).strip()
