"""Estimate what an environment costs a month, from its plan and the price table; refuse what is over the budget."""

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from plumbline.cloud import components, plan, prices
from plumbline.cloud.components import Line
from plumbline.cloud.plan import Plan
from plumbline.cloud.prices import Prices
from plumbline.kernel.errors import PlumblineError


@dataclass(frozen=True)
class Estimate:
    """What one environment costs.

    Attributes:
        environment: Its name.
        lines: What was priced.
        unpriced: Types of resources that the table does not know, with their number.
        budget: US dollars a month that it may cost; none if the plan has no `budget_monthly_usd`.
        note: Where and when the prices hold.
    """

    environment: str
    lines: tuple[Line, ...]
    unpriced: dict[str, int]
    budget: float | None
    note: str

    @property
    def total(self) -> float:
        """US dollars a month."""
        return sum(line.total for line in self.lines)

    @property
    def components(self) -> dict[str, float]:
        """US dollars a month by component, the dearest first."""
        sums: dict[str, float] = defaultdict(float)
        for line in self.lines:
            sums[line.component] += line.total
        return dict(sorted(sums.items(), key=lambda entry: -entry[1]))


def estimate(planned: Plan, table: Prices) -> Estimate:
    """Price a plan.

    Raises:
        PlumblineError: A price or the environment's use is not in the table.
    """
    environment = planned.variables.get("environment")
    if environment not in table.usage:
        raise PlumblineError(f"{prices.TABLE} has no [usage.{environment}]: say what a month's use is")
    lines: list[Line] = []
    unpriced: Counter[str] = Counter()
    for resource in planned.resources:
        if resource.type in components.PRICED:
            lines += components.PRICED[resource.type](resource, planned, table)
        elif resource.type not in table.free.types:
            unpriced[resource.type] += 1
    lines += components.use(planned, table)
    region = planned.variables.get("region", table.region)
    elsewhere = "" if region == table.region else f"; {region} is priced as if it were {table.region}"
    note = f"List prices of {table.region} on {table.date}, without tax and discounts{elsewhere}.{table.stale()}"
    budget = planned.variables.get("budget_monthly_usd")
    return Estimate(environment, tuple(lines), dict(unpriced), budget, note)


def check(found: Estimate, accepted: bool) -> str:
    """Compare an estimate with its budget.

    Args:
        found: The estimate.
        accepted: Whether one that is over the budget is accepted.

    Returns:
        A sentence for people.

    Raises:
        PlumblineError: It is over the budget.
    """
    if found.budget is None:
        return "No budget is set: give budget_monthly_usd in the tfvars of the environment."
    compared = f"{found.environment} costs {found.total:,.2f} $ a month; its budget_monthly_usd is {found.budget:,.2f}"
    if found.total <= found.budget:
        return f"{compared}."
    if accepted:
        return f"{compared}; accepted by --accept-budget."
    raise PlumblineError(
        f"the budget is exceeded: {compared}.\nMake the environment smaller, raise the budget in"
        f" infrastructure/terraform/envs/{found.environment}.tfvars, or accept it once with --accept-budget."
    )


def show(found: Estimate, output: Console) -> None:
    """Print every line, the sum of each component, and what has no price."""
    table = Table("component", "item", "quantity", "price", "$ a month", title=f"{found.environment}, a month")
    for column in table.columns[2:]:
        column.justify = "right"
    for component, total in found.components.items():
        for line in (line for line in found.lines if line.component == component):
            quantity = f"{line.quantity:,.1f} {line.unit}"
            table.add_row(component, line.item, quantity, f"{line.price:.4f}", f"{line.total:,.2f}")
        table.add_row(component, "[bold]sum", "", "", f"[bold]{total:,.2f}", end_section=True)
    table.add_row("[bold]total", "", "", "", f"[bold]{found.total:,.2f}")
    output.print(table)
    for kind, number in found.unpriced.items():
        output.print(f"not priced: {number} x {kind}; add it to {prices.TABLE} or to plumbline/cloud/components.py")
    output.print(found.note)


def console() -> Console:
    """Give the console of a report: as wide as the terminal, or wide enough for the table in a file."""
    return Console(width=None if sys.stdout.isatty() else 140)


def main(environment: str = "", /, *, plan_file: Path | None = None, accept_budget: bool = False) -> None:
    """Estimate what an environment costs a month.

    Args:
        environment: Staging or production, planned from nothing and without an account.
        plan_file: A plan instead, saved by `terraform plan -out` in the folder of its stack.
        accept_budget: Accept a budget that is exceeded.

    Raises:
        PlumblineError: Neither or both are named, or the budget is exceeded.
    """
    if bool(environment) == bool(plan_file):
        raise PlumblineError("name an environment, staging or production, or a plan by --plan-file")
    planned = plan.read(plan_file) if plan_file else plan.offline(prices.TABLE.parent, environment)
    found = estimate(planned, prices.read())
    output = console()
    show(found, output)
    output.print(check(found, accept_budget))
