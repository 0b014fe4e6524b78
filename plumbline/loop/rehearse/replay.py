"""The time that passes in the rehearsal: months under the monitor's eye, and changes of bundles under load."""

from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import customers, past, serving, watch
from plumbline.loop.rehearse.customers import Load
from plumbline.loop.rehearse.state import Month, Outcome, Rehearsal, hashes_of

_WINDOW = 3  # months that the monitor looks back


def months(rehearsal: Rehearsal, number: int) -> Outcome:
    """Ask for the cases of a part month by month; what came true in a month is told in the next one.

    Raises:
        PlumblineError: A request was not answered by the champion, or the monitor failed.
    """
    champion = serving.champion()
    replayed = []
    for name, cases in rehearsal.part(number).items():
        rehearsal.began.append(watch.now())
        answered = customers.ask(rehearsal.services, cases)
        strangers = {item.version for item in answered} - {champion.version}
        if strangers:
            raise PlumblineError(f"in {name} version {champion.version} should have answered, not {strangers.pop()}")
        customers.tell(rehearsal.services, rehearsal.untold)
        rehearsal.untold = answered
        since = rehearsal.began[max(0, len(rehearsal.began) - _WINDOW)]
        seen = watch.look(name, champion, since, watch.now())
        replayed.append(Month(name, champion.version, answered, seen))
    rehearsal.months += replayed
    alerts = sorted({alert for month in replayed for alert in month.seen.alerts})
    text = (
        f"{sum(len(month.answered) for month in replayed)} predictions in {len(replayed)} months; {past.measure()}"
        f" {shown(loss(replayed))}, of the first model {shown(loss(replayed, frozen=True))};"
        f" alerts: {', '.join(alerts) or 'none'}"
    )
    return Outcome(text, champion.version, hashes_of(champion))


def loss(replayed: list[Month], *, frozen: bool = False) -> float:
    """Give the mean loss of what was answered, or of what the first model would have answered."""
    losses = [item.frozen if frozen else item.loss for month in replayed for item in month.answered]
    return sum(losses) / len(losses)


def shown(value: float) -> str:
    """Write a loss with three digits that count, or as a whole number."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def change(rehearsal: Rehearsal) -> Outcome:
    """Have the running services change to the champion's bundle while requests come.

    Raises:
        PlumblineError: A request was lost, or the services did not change.
    """
    champion = serving.champion()
    before = rehearsal.services.served()["release"]["version"]
    asked = [case for cases in rehearsal.cases.values() for case in cases]
    with Load(rehearsal.services, asked) as load:
        load.await_answers()
        seconds = rehearsal.services.deploy(champion)
        load.await_answers()
    seen = load.check(before, champion.version)
    rehearsal.began = []  # a bundle is looked at from its own first month on
    served = rehearsal.services.served()["release"]["bundle_sha256"]
    if served != champion.sha256:
        raise PlumblineError(f"predict serves the bundle {served}, and the champion's is {champion.sha256}")
    return Outcome(f"changed after {seconds:.1f} s; {seen}", champion.version, hashes_of(champion))
