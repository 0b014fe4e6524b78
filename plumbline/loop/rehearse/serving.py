"""The services of the rehearsal, and the change of the bundle that they answer with."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from plumbline.kernel import jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.local import processes, stack
from plumbline.local.demo import free_ports
from plumbline.loop.rehearse import clone
from plumbline.registry.registry import model_name

FROZEN = "frozen"  # the variant that is never trained again
STORE = Path(".plumbline/predictions.db")
_VARIANTS = Path(".plumbline/variants.json")
_LEDGER = Path(".plumbline/ledger.jsonl")
_PATIENCE = 30.0  # seconds within which predict must have changed bundles


@dataclass(frozen=True)
class Champion:
    """The version that is to serve, as the ledger says."""

    version: str
    sha256: str
    commit: str

    @property
    def uri(self) -> str:
        """The folder of its released bundle."""
        return (Path(".plumbline/models") / model_name() / self.sha256).resolve().as_uri()


def champion() -> Champion:
    """Read from the ledger which version is champion."""
    entries = [json.loads(line) for line in _LEDGER.read_text().splitlines()]
    last = [entry for entry in entries if entry["event"] in ("promoted", "rolled-back")][-1]
    return Champion(last["version"], last["bundle_sha256"], last["git_commit"])


@dataclass(frozen=True)
class Services:
    """The running services."""

    api: str
    predict: str
    key: str

    def deploy(self, wanted: Champion) -> float:
        """Have the running predict change to a bundle; give the seconds until it answers with it.

        Raises:
            PlumblineError: It does not.
        """
        begin = time.monotonic()
        default = {"uri": wanted.uri, "sha256": wanted.sha256}
        _write_variants(jsonfile.read(_VARIANTS) | {"default": default})
        while self.served()["release"]["version"] != wanted.version:
            if time.monotonic() > begin + _PATIENCE:
                why = httpx.get(f"{self.predict}/readyz").text
                raise PlumblineError(f"predict does not serve version {wanted.version} after {_PATIENCE:.0f} s: {why}")
            time.sleep(0.05)
        seconds = time.monotonic() - begin
        clone.plumb("release", "deployed", wanted.version, "local")
        return seconds

    def served(self) -> dict[str, Any]:
        """Give contract, lineage and release of the bundle that predict answers with."""
        answer: dict[str, Any] = httpx.get(f"{self.predict}/v1/model", timeout=10).raise_for_status().json()
        return answer


def start(first: Champion) -> Services:
    """Start predict and api with a bundle, which stays available as the variant `frozen`."""
    location = {"uri": first.uri, "sha256": first.sha256}
    _write_variants({"default": location, FROZEN: location})
    predict, api = stack.services(*free_ports())
    for name in ("PREDICT_BUNDLE_URI", "PREDICT_BUNDLE_SHA256"):
        del predict.environment[name]
    predict.environment["PREDICT_VARIANTS_FILE"] = str(_VARIANTS)
    api.environment["API_LOG_REQUESTS"] = "false"
    processes.start_all([predict, api])
    key = stack.key("rehearsal", "--requests-per-minute", "1000000")
    return Services(api.ready.removesuffix("/readyz"), predict.ready.removesuffix("/readyz"), key)


def _write_variants(variants: dict[str, Any]) -> None:
    jsonfile.write(_VARIANTS, variants)
