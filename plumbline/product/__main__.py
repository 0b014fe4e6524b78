"""Make a clone a house of its own, prove that its machinery is the release's, bring a later release."""

import argparse
import sys
from pathlib import Path

from plumbline.kernel import log, stage
from plumbline.kernel.errors import PlumblineError
from plumbline.product import init, upgrade, verify
from plumbline.product.house import Values


def main() -> None:
    """Run from the command line."""
    given = vars(_parser().parse_args())
    {"init": _init, "verify": _verify, "upgrade": _upgrade}[given.pop("command")](given)


def _init(given: dict[str, str | None]) -> None:
    upstream = given.pop("upstream")
    values = {name: value for name, value in given.items() if value is not None}
    if sys.stdin.isatty() and not values:
        values = init.ask(Path(), values)
    for path in init.init(Path(), values, upstream):
        log.get("product").info("written", path=path)


def _verify(_: dict[str, str | None]) -> None:
    differences = verify.verify(Path())
    if differences:
        raise PlumblineError("\n".join(["not as the release has it:", *map(str, differences)]))
    log.get("product").info("whole")


def _upgrade(given: dict[str, str | None]) -> None:
    take = {None: None, "ours": "ours", "theirs": "theirs"}
    report = upgrade.upgrade(str(given["ref"]), given["url"], take=take[given["take"]])  # type: ignore[arg-type]
    for text in report.kept.values():
        sys.stdout.write(f"{text}\n")
    log.get("product").info("upgraded", version=report.version, commit=report.commit, kept=list(report.kept))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plumbline.product", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("init", help="write the house's values everywhere; asks if none is given")
    for name in Values.model_fields:
        one.add_argument(f"--{name}")
    one.add_argument("--upstream", help="where releases are fetched from")
    commands.add_parser("verify", help="name every PRODUCT file that is not the release's")
    one = commands.add_parser("upgrade", help="bring the release of a tag, as one commit")
    one.add_argument("ref", help="the tag, such as v0.2.0")
    one.add_argument("--from", dest="url", metavar="URL", help="the product's repository")
    one.add_argument("--take", choices=["ours", "theirs"], help="whose lines count where both changed the same ones")
    return parser


if __name__ == "__main__":
    stage.run(main)
