"""Show what an environment would be where no account is named: planned from nothing, with its cost, and not saved."""

from plumbline.cloud import cost, plan, prices

NOTE = (
    "No account is named (TF_VAR_account_id), so this is planned from nothing and not saved: `make apply` will refuse."
)


def main(environment: str, /, *, override: str = "") -> None:
    """Show what would be made in an environment and its monthly cost, without an account.

    Args:
        environment: Staging or production.
        override: `yes` accepts a budget that is exceeded.
    """
    console = cost.console()
    with plan.offline_file(prices.TABLE.parent, environment) as file:
        console.out(plan.show(file), highlight=False)
        found = cost.estimate(plan.read(file), prices.read())
    cost.show(found, console)
    # Before the budget, which may end this.
    console.out(NOTE, highlight=False)
    console.print(cost.check(found, override))
