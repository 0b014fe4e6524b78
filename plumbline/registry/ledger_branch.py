"""A ledger on a branch of its own in the team's repository: what all clones and workflows share already.

A line is a commit, and the push of it says whether it came first: git moves a branch forward alone, so that of two who
append at once one is refused, reads what the other wrote, and decides anew. Nothing is checked out.
"""

import json
from pathlib import Path

from plumbline.kernel import command, git
from plumbline.kernel.errors import PlumblineError

_FILE = "ledger.jsonl"
_REMOTE = "origin"
_AUTHOR = ("-c", "user.name=Plumbline ledger", "-c", "user.email=ledger@localhost")
_ADVICE = "The ledger is a branch of `origin`: check that it can be reached, and that you may push to it"


class LedgerBranch:
    """The file ledger.jsonl of a branch of `origin`."""

    def __init__(self, branch: str, root: Path = Path()) -> None:
        self._branch, self._root = branch, root

    @property
    def name(self) -> str:
        """Give the file as git names it."""
        return f"{_REMOTE}/{self._branch}:{_FILE}"

    def read(self) -> bytes:
        """Give the file's content at the remote's tip.

        Raises:
            PlumblineError: `origin` cannot be reached.
        """
        return self._content(self._tip())

    def append(self, before: bytes, line: bytes) -> bool:
        """Push a commit that appends a line, unless the branch has moved.

        Raises:
            PlumblineError: `origin` refuses for another reason.
        """
        tip = self._tip()
        if self._content(tip) != before:
            return False
        commit = self._commit(tip, before + line)
        try:
            # No hook of this clone: nothing of what it looks after is pushed.
            self._git("push", "--quiet", "--no-verify", _REMOTE, f"{commit}:refs/heads/{self._branch}", advice=_ADVICE)
        except PlumblineError:
            now = self.read()  # what was refused, or taken and not heard of
            if now == before:
                raise
            return now.startswith(before + line)
        return True

    def _tip(self) -> str:
        """Give the remote's commit; empty if there is no such branch yet."""
        return self._git("ls-remote", _REMOTE, f"refs/heads/{self._branch}", advice=_ADVICE).partition("\t")[0]

    def _content(self, tip: str) -> bytes:
        if not tip:
            return b""
        found = git.show(tip, _FILE, self._root)
        if found is None:  # the commit is not here yet
            where = ("--no-tags", "--no-write-fetch-head", _REMOTE, f"refs/heads/{self._branch}")
            self._git("fetch", "--quiet", *where, advice=_ADVICE)
            found = git.show(tip, _FILE, self._root)
        return found or b""

    def _commit(self, tip: str, content: bytes) -> str:
        blob = self._git("hash-object", "-w", "--stdin", given=content.decode()).strip()
        tree = self._git("mktree", given=f"100644 blob {blob}\t{_FILE}\n").strip()
        fact = json.loads(content.splitlines()[-1])
        about = " ".join(filter(None, [fact["event"], fact["model"], fact["version"] and f"version {fact['version']}"]))
        parent = ("-p", tip) if tip else ()
        return self._git(*_AUTHOR, "commit-tree", tree, *parent, "-m", about[0].upper() + about[1:]).strip()

    def _git(self, *arguments: str, advice: str = "", given: str | None = None) -> str:
        return command.run("git", *arguments, folder=self._root, advice=advice, given=given)
