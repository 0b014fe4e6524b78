"""The manifest of a scored folder: which bundle answered what, and every file by its hash; signed where a key is."""

import json
import tempfile
from pathlib import Path
from typing import Any

from plumbline.bundle.files import SIGNATURE
from plumbline.kernel import hashing, jsonfile
from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole
from plumbline.local.score.folders import Folder
from plumbline.registry import signing

FOLDER = "_manifest"  # readers of tables in folders pass by what begins with an underscore
MANIFEST, SIGNED = f"{FOLDER}/manifest.json", f"{FOLDER}/{SIGNATURE}"
_BUNDLE = "_bundle.json"


def claim(output: Folder, model: dict[str, Any]) -> None:
    """Keep a folder for the answers of one bundle.

    Args:
        output: The folder.
        model: The bundle: `name`, `version` and `bundle_sha256`.

    Raises:
        PlumblineError: It has answers of another one, or cannot be written.
    """
    kept = output.read(_BUNDLE)
    before = json.loads(kept) if kept else model
    if before["bundle_sha256"] != model["bundle_sha256"]:
        raise PlumblineError(
            f"{output.url} holds answers of {_called(before)}, and what was released last is {_called(model)}: name"
            " another folder, or delete this one"
        )
    if not kept:
        with output.written(_BUNDLE) as (place,):
            jsonfile.write(place, model)


def _called(model: dict[str, Any]) -> str:
    return f"{model['name']} version {model['version']} (sha256 {model['bundle_sha256'][:12]}…)"


def write(output: Folder, records: dict[str, dict[str, Any]], failed: dict[str, str]) -> bool:
    """Write the manifest, and sign it if this machine has a key that signs bundles.

    Args:
        output: The folder.
        records: What was written for each input, at least one, by its name.
        failed: Why each other input has no answers.

    Returns:
        Whether it is signed.

    Raises:
        PlumblineError: It cannot be written, or the key cannot be used.
    """
    any_of_them = next(iter(records.values()))
    content = {name: any_of_them[name] for name in ("model", "lineage", "release")}
    content["files"] = [{part: record[part] for part in ("input", "output", "rejected")} for record in records.values()]
    content["failed"] = failed
    private = signing.private_key()
    with tempfile.TemporaryDirectory(prefix="manifest-") as folder:
        jsonfile.write(Path(folder, MANIFEST), content)
        if private.exists():
            signing.sign(Path(folder, FOLDER), private)
        with output.written(MANIFEST, SIGNED) as places:
            for place in places:
                made = Path(folder, FOLDER, place.name)
                place.unlink(missing_ok=True)
                if made.exists():
                    with whole(place) as partial:
                        partial.write_bytes(made.read_bytes())
    return private.exists()


def verify(output: Folder) -> dict[str, Any]:
    """Check that a folder holds what its manifest says, all of it and no more, and that a trusted key signed that.

    Returns:
        The manifest.

    Raises:
        PlumblineError: It does not; the message says what is wrong and what to do.
    """
    content = _signed(output)
    if content["failed"]:
        names = ", ".join(content["failed"])
        raise PlumblineError(f"{output.url} is not complete, for {names} could not be scored: run `plumb score` again")
    wanted = {}
    for record in content["files"]:
        answers, refused = record["input"]["file"], record["rejected"]
        wanted[answers] = record["output"]["sha256"]
        if refused:
            wanted[str(Path(answers).with_name(refused["file"]))] = refused["sha256"]
    for name, sha256 in wanted.items():
        if output.about(name) is None:
            raise PlumblineError(f"{output.url}/{name} is missing: run `plumb score` again")
        with output.fetched(name) as file:
            if hashing.digest(file) != sha256:
                raise PlumblineError(
                    f"{output.url}/{name} is not what was written there: delete it and run `plumb score` again"
                )
    for name in output.tables():
        if name not in wanted:
            raise PlumblineError(f"{output.url}/{name} is not in the manifest: no input of the last run has this name")
    return content


def _signed(output: Folder) -> dict[str, Any]:
    if output.about(MANIFEST) is None:
        raise PlumblineError(f"{output.url} has no manifest: `plumb score` writes it at its end")
    if output.about(SIGNED) is None:
        raise PlumblineError(
            f"the manifest of {output.url} is not signed: run `plumb release keys`, then `plumb score` again"
        )
    with tempfile.TemporaryDirectory(prefix="manifest-") as folder:
        for name in (MANIFEST, SIGNED):
            copy = Path(folder, name)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(output.read(name) or b"")
        try:
            signing.verify(copy.parent, signing.public_key())
        except PlumblineError as error:
            raise PlumblineError(f"the manifest of {output.url}: {error}".replace(f"{copy.parent}", FOLDER)) from None
        found: dict[str, Any] = jsonfile.read(Path(folder, MANIFEST))
    return found
