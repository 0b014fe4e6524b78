"""Show what an environment would be where no account is named: planned from nothing, with its cost, and not saved."""

from plumbline.cloud import cost, plan, prices

NOTE = (
    "No account is named (TF_VAR_account_id), so this is planned from nothing and not saved:"
    " `plumb cloud apply` will refuse."
)


def show(environment: str, *, accept_budget: bool) -> None:
    """Print the plan of an environment that is made from nothing, and its monthly cost.

    Raises:
        PlumblineError: It is over the budget, and that is not accepted.
    """
    console = cost.console()
    with plan.offline_file(prices.TABLE.parent, environment) as file:
        console.out(plan.show(file), highlight=False)
        found = cost.estimate(plan.read(file), prices.read())
    cost.show(found, console)
    # Before the budget, which may end this.
    console.out(NOTE, highlight=False)
    console.print(cost.check(found, accept_budget))
