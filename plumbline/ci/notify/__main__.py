"""Tell everybody whose channel is set in the environment how a workflow ended."""

import argparse
from pathlib import Path

from plumbline.ci.notify.channels import notify
from plumbline.ci.notify.message import describe
from plumbline.kernel import log, stage


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", help="what ended")
    parser.add_argument("result", help="how it ended: success, failure, cancelled or skipped")
    parser.add_argument("--report", type=Path, help="a page of Markdown to send along, if it is there")
    given = parser.parse_args()
    text = given.report.read_text(encoding="utf-8") if given.report and given.report.exists() else ""
    message = describe(given.what, given.result, text)
    log.get("notify").info("told", title=message.title, channels=notify(message) or "none is set")


if __name__ == "__main__":
    stage.run(main)
