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
        with self.ledger.locked():
            completed = self.aliases.recover()
            champion = self.aliases.read().get("champion")
            if champion == version:
                return completed if completed and completed.event == "promoted" else None
            found = self.version(version)
            held = history.hold(self.ledger.entries(), self.model)
            if held:
                why = f" ({held.reason})" if held.reason else ""
                raise PlumblineError(
                    f"{held.actor} rolled {self.model} back to version {held.version} at {held.at}{why}:"
                    " nothing is promoted until a person runs `plumb release end-hold`"
                )
            self.check(found)
            return self.aliases.move(self._fact("promoted", found, who, champion, reason), previous=champion)

    def rollback(self, who: str, reason: str | None = None) -> Entry:
        """Make `previous` the champion again; a person's rollback then holds until it is released.

        Raises:
            PlumblineError: There is no version to go back to, or its bundle is not as it was signed.
        """
        with self.ledger.locked():
            self.aliases.recover()
            aliases = self.aliases.read()
            target = aliases.get("previous")
            if target is None:
                raise PlumblineError(f"{self.model} has no version to roll back to: no alias `previous`")
            found = self.version(target)
            self.check(found)
            before = history.champions(self.ledger.entries(), self.model)
            while before and before.pop() != target:
                pass
            fact = self._fact("rolled-back", found, who, aliases.get("champion"), reason)
            return self.aliases.move(fact, previous=before[-1] if before else None)

    def release_hold(self, who: str, reason: str | None = None) -> Entry:
        """Let promotions go on after a person's rollback.

        Raises:
            PlumblineError: Nothing is held, or it is not a person who asks.
        """
        with self.ledger.locked():
            self.aliases.recover()
            if not history.hold(self.ledger.entries(), self.model):
                raise PlumblineError(f"nothing holds {self.model}")
            if not actor.is_human(who):
                raise PlumblineError(f"{who} is not a person: only a person can release a person's rollback")
            return self.ledger.append(Fact(event="hold-released", actor=who, model=self.model, reason=reason))

    def deployed(self, version: str, environment: str, who: str, reason: str | None = None) -> Entry:
        """Record that a version was deployed to an environment.

        Raises:
            PlumblineError: The version is not there.
        """
        with self.ledger.locked():
            found = self.version(version)
            earlier = [e for e in self.ledger.entries() if (e.model, e.environment) == (self.model, environment)]
            fact = self._fact("deployed", found, who, earlier[-1].version if earlier else None, reason)
            return self.ledger.append(fact.model_copy(update={"environment": environment}))

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
        folder = self.store / self.model / found.tags["bundle_sha256"]
        if not folder.exists():
            raise PlumblineError(
                f"there is no released bundle of {name} at {folder}: {self._origin(found)}. If that was another clone,"
                " copy the folder from its model store and let PLUMBLINE_PUBLIC_KEY name the public key that signed it;"
                " if it was this one, run `plumb release register` on that commit"
            )
        release.verify(folder)

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


def open_registry(store: Path = Path(".plumbline/models")) -> Registry:
    """Open the registry of this clone's model."""
    name = model_name()
    return Registry(name, tracking.client(), anchor.open_ledger(name), store)
