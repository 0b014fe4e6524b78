"""The models that are served side by side, and how one is replaced while requests run.

A model is loaded and verified beside the one that answers. Only then does it take that one's
place, in one assignment; requests that began with the old one end with it. A bundle that cannot
be served changes nothing.
"""

import asyncio
import time
from pathlib import Path

import msgspec

from plumbline.bundle import BundleError
from services.common import logs
from services.common.problems import unavailable
from services.predict.app import locations, metrics, model
from services.predict.app.locations import Location
from services.predict.app.model import Model
from services.predict.app.settings import Settings

DEFAULT = "default"


class Variants:
    """The loaded models by the name of their variant.

    Attributes:
        models: What answers now.
        failures: Why a wanted bundle is not among them, by variant.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Read anew with each bundle, so that a replaced key counts at once.
        self._public_key = Path(settings.public_key) if settings.public_key else None
        self._loaded: dict[str, Location] = {}
        self._failed: dict[Location, float] = {}
        self.models: dict[str, Model] = {}
        self.failures: dict[str, str] = {}

    def get(self, variant: str | None) -> Model:
        """Give the model of a variant, or the default one for an unknown variant.

        Raises:
            Problem: 503; there is none yet.
        """
        found = self.models.get(variant or DEFAULT) or self.models.get(DEFAULT)
        if found is None:
            why = self.failures.get(DEFAULT, "the bundle is being loaded")
            raise unavailable("not-ready", f"No model is ready to answer: {why}", retry_after=5)
        return found

    async def watch(self) -> None:
        """Keep the models those that are wanted, for as long as the worker lives."""
        while True:
            try:
                await asyncio.to_thread(self.refresh)
            except Exception:  # whatever it was: the next bundle must still be loaded
                logs.get().exception("refresh_failed")
            await asyncio.sleep(self._settings.reload_seconds)

    def refresh(self) -> None:
        """Load what is wanted and not loaded yet, and drop what is no longer wanted."""
        try:
            wanted = self._wanted()
        except BundleError as error:
            self._report(DEFAULT, str(error))
            return
        for variant, location in wanted.items():
            if self._loaded.get(variant) == location:
                self.failures.pop(variant, None)
            elif time.monotonic() >= self._failed.get(location, 0):
                self._load(variant, location)
        for variant in self._loaded.keys() - wanted.keys():
            self.models = {name: item for name, item in self.models.items() if name != variant}
            del self._loaded[variant]
            metrics.forget_model(variant)

    def _load(self, variant: str, location: Location) -> None:
        started = time.perf_counter()
        try:
            with locations.folder(location) as folder:
                new = model.load(folder, location.sha256, self._settings.max_rows, self._public_key)
        except BundleError as error:
            self._failed[location] = time.monotonic() + self._settings.retry_seconds
            self._report(variant, str(error))
            return
        self.models = self.models | {variant: new}
        self._loaded[variant] = location
        self.failures.pop(variant, None)
        metrics.set_model(variant, new.identity, new.released_at)
        seconds = round(time.perf_counter() - started, 3)
        logs.get().info("model_ready", variant=variant, seconds=seconds, model=new.identity)

    def _wanted(self) -> dict[str, Location]:
        settings = self._settings
        if not settings.variants_file:
            return {DEFAULT: Location(settings.bundle_uri, settings.bundle_sha256)}
        try:
            content = Path(settings.variants_file).read_bytes()
            wanted = msgspec.json.decode(content, type=dict[str, Location])
        except (OSError, ValueError, RecursionError) as error:
            raise BundleError(f"{settings.variants_file} cannot be used: {error}") from None
        if DEFAULT not in wanted:
            raise BundleError(f"{settings.variants_file} names no variant {DEFAULT!r}")
        for variant, location in wanted.items():
            if not location.sha256 and not settings.allow_any_bundle:
                raise BundleError(f"{settings.variants_file}: variant {variant!r} has no sha256")
        return wanted

    def _report(self, variant: str, why: str) -> None:
        if self.failures.get(variant) != why:
            serving = self.models.get(variant)
            logs.get().error(
                "bundle_refused",
                variant=variant,
                why=why,
                still_serving=serving.identity if serving else None,
            )
        metrics.LOAD_FAILURES.labels(variant).inc()
        self.failures = self.failures | {variant: why}
