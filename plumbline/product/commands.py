"""What `plumb init` and `plumb product` do with the clone that they are called in."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from plumbline.kernel import log
from plumbline.kernel.errors import PlumblineError
from plumbline.product import init as values
from plumbline.product import upgrade as releases
from plumbline.product import verify as release
from plumbline.product.merge import Take


def init(
    *,
    name: str | None = None,
    model: str | None = None,
    owner: str | None = None,
    repository: str | None = None,
    account: str | None = None,
    region: str | None = None,
    upstream: str | None = None,
) -> None:
    """Write the house's values everywhere; ask for them on a terminal if none is given.

    Args:
        name: Of the house.
        model: The registered model.
        owner: Of the repository on GitHub, a person or an organisation.
        repository: Its name.
        account: Whose container images are pushed and pulled.
        region: Of AWS.
        upstream: Where releases of the product are fetched from.
    """
    options = {
        "name": name, "model": model, "owner": owner, "repository": repository, "account": account, "region": region,
    }  # fmt: skip
    given = {option: value for option, value in options.items() if value is not None}
    if sys.stdin.isatty() and not given:
        given = values.ask(Path(), given)
    for path in values.init(Path(), given, upstream):
        log.get("product").info("written", path=path)


def verify() -> None:
    """Name every PRODUCT file that is not the release's, byte for byte."""
    differences = release.verify(Path())
    if differences:
        raise PlumblineError("\n".join(["not as the release has it:", *map(str, differences)]))
    log.get("product").info("whole")


def upgrade(
    ref: str, /, *, url: Annotated[str | None, Parameter(name="--from")] = None, take: Take | None = None
) -> None:
    """Bring the release of a tag, as one commit.

    Args:
        ref: The tag, such as v0.2.0.
        url: The product's repository; `upstream` of plumbline.toml by default.
        take: Whose lines count where both changed the same ones.
    """
    report = releases.upgrade(ref, url, take=take)
    for text in report.kept.values():
        sys.stdout.write(f"{text}\n")
    log.get("product").info("upgraded", version=report.version, commit=report.commit, kept=list(report.kept))
