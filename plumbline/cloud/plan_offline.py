"""Show what an environment would be where no account is named: planned from nothing, with its cost, and not saved."""

import argparse

from plumbline.cloud import cost, plan, prices
from plumbline.kernel import stage

NOTE = (
    "No account is named (TF_VAR_account_id), so this is planned from nothing and not saved: `make apply` will refuse."
)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environment", help="staging or production")
    parser.add_argument("--override", default="", help="`yes` accepts a budget that is exceeded")
    given = parser.parse_args()
    console = cost.console()
    with plan.offline_file(prices.TABLE.parent, given.environment) as file:
        console.out(plan.show(file), highlight=False)
        found = cost.estimate(plan.read(file), prices.read())
    cost.show(found, console)
    # Before the budget, which may end this.
    console.out(NOTE, highlight=False)
    console.print(cost.check(found, given.override))


if __name__ == "__main__":
    stage.run(main)
