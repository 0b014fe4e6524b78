"""Keep one comment on a pull request: a push changes it instead of adding another."""

import re
from pathlib import Path

from plumbline.ci.github import Repository
from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.github import job

# The comment that begins with this line is the one to change.
MARKER = "<!-- plumbline: pull request -->"
_LOCAL_IMAGE = re.compile(r"!\[([^]]*)]\((?!https?:)[^)]*\)")
_LIMIT = 65_536  # characters that GitHub takes


def comment(repository: Repository, number: int, text: str) -> str:
    """Write `text` into the comment that the workflows have on a pull request.

    Returns:
        The address of the comment.

    Raises:
        PlumblineError: GitHub refuses.
    """
    text = f"{MARKER}\n{text}"
    if len(text) > _LIMIT:
        text = text[: _LIMIT - 100] + "\n\n… cut off; the whole report is among the run's artifacts.\n"
    comments = f"issues/{number}/comments"
    # Anyone can write the marker into a comment of theirs: only one of the workflow's own is written over.
    ours = [
        one["id"] for one in repository.all(comments) if one["body"].startswith(MARKER) and one["user"]["type"] == "Bot"
    ]
    if ours:
        answer = repository.request("PATCH", f"issues/comments/{ours[0]}", {"body": text})
    else:
        answer = repository.request("POST", comments, {"body": text})
    return str(answer["html_url"])


def without_local_images(text: str, run: str) -> str:
    """Replace each image that lies beside the report, which GitHub cannot show, by a link to the run's artifacts."""
    return _LOCAL_IMAGE.sub(rf"\1: among the [artifacts of the run]({run})", text)


def main(number: int, folder: Path = Path("reports"), /) -> None:
    """Write the reports into the comment of a pull request.

    Args:
        number: Of the pull request.
        folder: Of the reports, *.md, which are joined in the order of their names.

    Raises:
        PlumblineError: The folder holds no report.
    """
    reports = sorted(folder.glob("*.md"))
    if not reports:
        raise PlumblineError(f"{folder} holds no report: the steps that write them did not run")
    text = "\n".join(path.read_text(encoding="utf-8") for path in reports)
    text = without_local_images(text, job().run_url)
    log.get("comment").info("commented", url=comment(Repository.of_environment(), number, text))
