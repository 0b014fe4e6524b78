"""The model registry's rules: what may become champion, what a rollback brings back, and how long it holds.

`champion` is what serves, `previous` what a rollback brings back, `challenger` what was registered last and waits.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from plumbline import tracking
from plumbline.kernel.config import read_yaml
from plumbline.kernel.errors import PlumblineError
from plumbline.registry import actor, anchor, history, release, search
from plumbline.registry.aliases import Aliases
from plumbline.registry.ledger import Entry, Event, Fact, Ledger


@dataclass(frozen=True)
class Registry:
    """The versions of one model.

    Attributes:
        model: The registered model's name.
        server: The model registry.
        ledger: What is told of each promotion, rollback and deployment.
        store: The folder of released bundles.
    """

    model: str
    server: MlflowClient
    ledger: Ledger
    store: Path

    @property
    def aliases(self) -> Aliases:
        """The aliases of the model."""
        return Aliases(self.model, self.server, self.ledger)

    def promote(self, version: str, who: str, reason: str | None = None) -> Entry | None:
        """Make a version champion, and the champion `previous`.

        Returns:
            The entry of the ledger, also where this completes the promotion of a process that died; None if the
            version is champion already.

        Raises:
            PlumblineError: The version is not there, its gate did not pass, its bundle is not as it was signed, or a
                person's rollback holds the model where it is.
        """

        def decide(entries: list[Entry]) -> Fact | None:
            champion = self._champion(entries)
            if champion == version:
                return None
            found = self.version(version)
            held = history.hold(entries, self.model)
            if held:
                why = f" ({held.reason})" if held.reason else ""
                raise PlumblineError(
                    f"{held.actor} rolled {self.model} back to version {held.version} at {held.at}{why}:"
                    " nothing is promoted until a person runs `plumb release end-hold`"
                )
            self.check(found)
            return self._fact("promoted", found, who, champion, reason)

        entry = self.ledger.tell(decide)
        completed = self.aliases.settle()
        return entry or (self._last_move("promoted") if completed else None)

    def rollback(self, who: str, reason: str | None = None) -> Entry:
        """Make `previous` the champion again; a person's rollback then holds until it is released.

        Where the rollback of a process that died is still to be completed, this is it, and not another one. So it is
        where a person says the same again while it holds: a command that was killed is repeated, without a second step.

        Raises:
            PlumblineError: There is no version to go back to, or its bundle is not as it was signed.
        """

        def decide(entries: list[Entry]) -> Fact | None:
            champions, held = self.aliases.champions(entries), history.hold(entries, self.model)
            last = self._last_move("rolled-back", entries)
            if last and self.aliases.read().get("champion") != champions[-1]:
                return None
            if last and last == held and (last.actor, last.reason) == (who, reason):
                return None
            if len(champions) < 2:
                raise PlumblineError(f"{self.model} has no version to roll back to: no alias `previous`")
            found = self.version(champions[-2])
            self.check(found)
            return self._fact("rolled-back", found, who, champions[-1], reason)

        entry = self.ledger.tell(decide)
        self.aliases.settle()
        entry = entry or self._last_move("rolled-back")
        assert entry
        return entry

    def release_hold(self, who: str, reason: str | None = None) -> Entry:
        """Let promotions go on after a person's rollback; said again at once, this is the same.

        Raises:
            PlumblineError: Nothing is held, or it is not a person who asks.
        """
        again: list[Entry] = []

        def decide(entries: list[Entry]) -> Fact | None:
            if not history.hold(entries, self.model):
                moves = {"promoted", "rolled-back", "hold-released"}
                again[:] = [e for e in entries if e.model == self.model and e.event in moves][-1:]
                if [(e.event, e.actor, e.reason) for e in again] == [("hold-released", who, reason)]:
                    return None
                raise PlumblineError(f"nothing holds {self.model}")
            if not actor.is_human(who):
                raise PlumblineError(f"{who} is not a person: only a person can release a person's rollback")
            return Fact(event="hold-released", actor=who, model=self.model, reason=reason)

        return self.ledger.tell(decide) or again[0]

    def deployed(self, version: str, environment: str, who: str, reason: str | None = None) -> Entry:
        """Record that a version was deployed to an environment.

        Raises:
            PlumblineError: The version is not there.
        """
        found = self.version(version)

        def decide(entries: list[Entry]) -> Fact:
            earlier = [e for e in entries if (e.model, e.environment) == (self.model, environment)]
            fact = self._fact("deployed", found, who, earlier[-1].version if earlier else None, reason)
            return fact.model_copy(update={"environment": environment})

        return self.ledger.decided(decide)

    def _champion(self, entries: list[Entry]) -> str | None:
        return [None, *self.aliases.champions(entries)][-1]

    def _last_move(self, event: Event, entries: list[Entry] | None = None) -> Entry | None:
        """Give the entry that made the champion what it is, if it is of that kind."""
        told = self.ledger.entries() if entries is None else entries
        moves = [e for e in told if e.model == self.model and e.event in {"promoted", "rolled-back"}]
        return moves[-1] if moves and moves[-1].event == event else None

    def versions(self) -> dict[str, ModelVersion]:
        """Give every version by its number."""
        found = search.every(self.server.search_model_versions, f"name = '{self.model}'")
        return {str(item.version): item for item in sorted(found, key=lambda item: int(item.version))}

    def version(self, number: str) -> ModelVersion:
        """Give one version.

        Raises:
            PlumblineError: There is none of this number.
        """
        known = self.versions()
        if number not in known:
            raise PlumblineError(f"{self.model} has no version {number!r}; there are: {', '.join(known) or 'none'}")
        return known[number]

    def check(self, found: ModelVersion) -> None:
        """Check that a version may serve.

        Raises:
            PlumblineError: Its gate did not pass, or its bundle is not in the store or not as it was signed.
        """
        verdict, name = found.tags.get("gate_verdict"), f"{self.model} version {found.version}"
        if verdict is None:
            raise PlumblineError(f"{name} has no gate report: run `plumb model gate --promotion register`")
        if verdict != "pass":
            raise PlumblineError(f"{name} did not pass the gate; it failed: {found.tags.get('gate_failed')}")
        release.verify(self.released(found))

    def folder(self, sha256: str) -> Path:
        """Give the folder of a released bundle in this clone's store."""
        return self.store / self.model / sha256

    def released(self, found: ModelVersion) -> Path:
        """Give the folder of a version's released bundle, brought from the team's store if it is not here.

        Raises:
            PlumblineError: It is in neither, or not as it was signed in the team's.
        """
        folder = self.folder(str(found.tags.get("bundle_sha256")))
        if not release.obtain(folder):
            raise PlumblineError(
                f"there is no released bundle of {self.model} version {found.version} at {folder}:"
                f" {self._origin(found)}. If that was another clone, let the team share a store of bundles"
                " (docs/team-setup.md); if it was this one, run `plumb release register` on that commit"
            )
        return folder

    def _origin(self, found: ModelVersion) -> str:
        told = history.registration(self.ledger.entries(), self.model, str(found.version))
        by = f"{told.actor} registered it at {told.at[:19]}Z" if told else "the ledger does not tell who registered it"
        return f"{by}, from commit {found.tags.get('git_commit') or 'unknown'}"

    def _fact(self, event: Event, found: ModelVersion, who: str, replaced: str | None, reason: str | None) -> Fact:
        return Fact(
            event=event,
            actor=who,
            model=self.model,
            version=str(found.version),
            replaced=replaced,
            reason=reason,
            bundle_sha256=found.tags.get("bundle_sha256"),
            git_commit=found.tags.get("git_commit"),
            dvc_lock_sha256=found.tags.get("dvc_lock_sha256"),
        )


def model_name() -> str:
    """Give the name of the registered model, which the section `bundle` of model/params.yaml says."""
    section: Any = read_yaml(Path("model/params.yaml"))["bundle"]
    return str(section["model"])


def open_registry(store: Path = release.STORE) -> Registry:
    """Open the registry of this clone's model."""
    name = model_name()
    return Registry(name, tracking.client(), anchor.open_ledger(name), store)
