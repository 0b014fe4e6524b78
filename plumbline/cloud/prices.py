"""The price table, with the use that no plan can know."""

import datetime
import tomllib
from pathlib import Path

from plumbline.kernel.config import Strict, parse
from plumbline.kernel.errors import PlumblineError

TABLE = Path("infrastructure/terraform/prices.toml")
_FRESH = 90  # days


class Spot(Strict):
    """What a spot node costs, as a share of its on-demand price."""

    factor: float


class Usage(Strict):
    """A month's use of one environment.

    Attributes:
        node_hours: Hours of nodes beyond the minimum, by node group.
        load_balancers: Load balancers that Kubernetes makes, by type.
        public_addresses: Public IPv4 addresses of those, one a zone.
        secrets: Secrets that people make by hand.
        gigabytes: Gigabytes stored or moved, by price.
        thousands: Thousands of requests, by price.
    """

    node_hours: dict[str, float]
    load_balancers: dict[str, int]
    public_addresses: int
    secrets: int
    gigabytes: dict[str, float]
    thousands: dict[str, float]


class Free(Strict):
    """Types of resources without a price."""

    types: frozenset[str]


class Prices(Strict):
    """List prices in US dollars, of one region and day."""

    date: datetime.date
    source: str
    region: str
    hourly: dict[str, float]
    monthly: dict[str, float]
    gigabyte: dict[str, float]
    thousand: dict[str, float]
    instances: dict[str, float]
    databases: dict[str, float]
    spot: Spot
    usage: dict[str, Usage]
    free: Free

    def stale(self, today: datetime.date | None = None) -> str:
        """Say that the prices are old; nothing while they are not."""
        age = ((today or datetime.datetime.now(datetime.UTC).date()) - self.date).days
        if age <= _FRESH:
            return ""
        return f"\nwarning: these prices are {age} days old: compare them with {self.source}, and set `date` in {TABLE}"

    def find(self, section: str, name: str) -> float:
        """Give one price.

        Raises:
            PlumblineError: The table lacks it.
        """
        prices: dict[str, float] = getattr(self, section)
        if name not in prices:
            raise PlumblineError(f"{TABLE} has no price of {name!r}: add it to [{section}], from {self.source}")
        return prices[name]


def read(path: Path = TABLE) -> Prices:
    """Read the table.

    Raises:
        PlumblineError: It is absent, no TOML, or not as it must be.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PlumblineError(f"{path} cannot be read: {error}") from None
    return parse(Prices, content, str(path))
