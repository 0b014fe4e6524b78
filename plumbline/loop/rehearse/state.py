"""What the steps of the rehearsal hand on, and what each tells."""

import datetime
from dataclasses import dataclass, field

from plumbline.kernel.errors import PlumblineError
from plumbline.loop.rehearse import past
from plumbline.loop.rehearse.customers import Answered
from plumbline.loop.rehearse.past import Case
from plumbline.loop.rehearse.serving import Champion, Services
from plumbline.loop.rehearse.watch import Seen


@dataclass(frozen=True)
class Outcome:
    """What came of a step.

    Attributes:
        text: What happened.
        version: Of the model.
        hashes: What the step made or used: commit, bundle, data.
    """

    text: str
    version: str = ""
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Month:
    """A month of the replay.

    Attributes:
        name: Such as 2009-01.
        version: Of the model that served.
        answered: Its cases and their answers.
        seen: What the monitor saw at its end.
    """

    name: str
    version: str
    answered: list[Answered]
    seen: Seen


@dataclass
class Rehearsal:
    """All that the steps hand on.

    Attributes:
        cases: By month.
        months: Those that were replayed.
        untold: What was answered and nobody has told the truth of yet.
        running: The services, once they run.
        began: When each month of the model that serves began, in wall-clock time.
    """

    cases: dict[str, list[Case]] = field(default_factory=dict)
    months: list[Month] = field(default_factory=list)
    untold: list[Answered] = field(default_factory=list)
    running: Services | None = None
    began: list[datetime.datetime] = field(default_factory=list)

    @property
    def services(self) -> Services:
        """The running services."""
        if self.running is None:
            raise PlumblineError("the services do not run yet")
        return self.running

    def part(self, number: int) -> dict[str, list[Case]]:
        """Give the cases of a part of the past, by month; 0 is what the first model learns from."""
        before, this = past.settings().parts[number - 1 : number + 1]
        return {month: cases for month, cases in self.cases.items() if before.until < month <= this.until}


def hashes_of(champion: Champion) -> dict[str, str]:
    """Give the hashes that name a champion."""
    return {"commit": champion.commit, "bundle": champion.sha256}
