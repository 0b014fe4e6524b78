"""Keep one comment on a pull request: a push changes it instead of adding another."""

import argparse
import re
from pathlib import Path

from tools import log, stage
from tools.errors import PlumblineError
from tools.github import Repository

_MARKER = re.compile(r"\A<!-- plumbline: [a-z ]+ -->")
_LIMIT = 65_536  # characters that GitHub takes


def comment(repository: Repository, number: int, text: str) -> str:
    """Write `text`, whose first line is a marker, into the pull request's comment with that marker.

    Returns:
        The address of the comment.

    Raises:
        PlumblineError: The text has no marker, or GitHub refuses.
    """
    marker = _MARKER.match(text)
    if not marker:
        raise PlumblineError("the text must begin with a marker such as `<!-- plumbline: model report -->`")
    if len(text) > _LIMIT:
        text = text[: _LIMIT - 100] + "\n\n… cut off; the whole report is among the run's artifacts.\n"
    comments = f"issues/{number}/comments"
    # Anyone can write the marker into a comment of theirs: only one of the workflow's own is written over.
    ours = [
        one["id"]
        for one in repository.all(comments)
        if one["body"].startswith(marker[0]) and one["user"]["type"] == "Bot"
    ]
    if ours:
        answer = repository.request("PATCH", f"issues/comments/{ours[0]}", {"body": text})
    else:
        answer = repository.request("POST", comments, {"body": text})
    return str(answer["html_url"])


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int, help="of the pull request")
    parser.add_argument("files", type=Path, nargs="+", help="Markdown; the first begins with the marker")
    given = parser.parse_args()
    absent = [str(path) for path in given.files if not path.exists()]
    if absent:
        raise PlumblineError(f"{', '.join(absent)} does not exist: the step that writes it did not run")
    text = "\n".join(path.read_text(encoding="utf-8") for path in given.files)
    log.get("comment").info("commented", url=comment(Repository.of_environment(), given.number, text))


if __name__ == "__main__":
    stage.run(main)
