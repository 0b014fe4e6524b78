"""The overlay of an environment: which images and which bundle run there."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from plumbline.kernel.errors import PlumblineError
from plumbline.kernel.files import whole

OVERLAYS = Path("infrastructure/kubernetes/overlays")
_REFERENCE = re.compile(
    r"(?P<name>[a-z0-9.:-]+(?:/[a-z0-9._-]+)+?)(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Image:
    """An image that never changes its meaning: by digest, or where images are loaded by hand, by the commit as its tag.

    Attributes:
        service: Which service it is of: `api`, `predict` or another image of the overlay.
        name: Registry and repository, such as docker.io/plumbline/plumbline-api.
        digest: sha256:…, if it is known.
        tag: The whole hash of the commit it was built from, if there is no digest.
    """

    service: str
    name: str
    digest: str | None = None
    tag: str | None = None

    @property
    def version(self) -> str:
        """Give digest or tag."""
        return self.digest or self.tag or ""

    @property
    def reference(self) -> str:
        """Give name and version as an engine takes them."""
        return f"{self.name}{'@' if self.digest else ':'}{self.version}"

    @classmethod
    def parse(cls, text: str) -> "Image":
        """Read `registry/plumbline-SERVICE@sha256:…`, or with a commit's hash as its tag.

        Raises:
            PlumblineError: It is no such reference.
        """
        found = _REFERENCE.fullmatch(text)
        if not found or not (found["tag"] or found["digest"]):
            raise PlumblineError(
                f"{text!r} names no image: write REGISTRY/plumbline-SERVICE@sha256:…, as `docker push` prints it"
            )
        service = found["name"].rpartition("/")[2].removeprefix("plumbline-")
        if not found["digest"] and not _COMMIT.fullmatch(found["tag"]):
            raise PlumblineError(
                f"the tag {found['tag']!r} may mean another image tomorrow: name the digest, or the commit's whole hash"
            )
        return cls(service, found["name"], found["digest"], None if found["digest"] else found["tag"])


@dataclass(frozen=True)
class Bundle:
    """A released bundle.

    Attributes:
        uri: Its folder.
        sha256: Of its manifest.json.
    """

    uri: str
    sha256: str


class Overlay:
    """The two files of an environment that a deployment changes."""

    def __init__(self, environment: str, root: Path = Path()) -> None:
        self.environment = environment
        self.folder = root / OVERLAYS / environment
        self.kustomization = self.folder / "kustomization.yaml"
        self.bundle_file = self.folder / "bundle.env"
        if not environment or not self.kustomization.is_file():
            known = sorted(path.parent.name for path in (root / OVERLAYS).glob("*/kustomization.yaml"))
            raise PlumblineError(f"there is no environment {environment!r}: ENV is one of {', '.join(known)}")

    def images(self) -> dict[str, Image]:
        """Give the images by the name that the base calls them."""
        listed = self._load().get("images") or []
        return {
            entry["name"]: Image(entry["name"], entry["newName"], entry.get("digest"), entry.get("newTag"))
            for entry in listed
        }

    def set_image(self, image: Image) -> None:
        """Let a service run another image; comments and order of the file stay.

        Raises:
            PlumblineError: The overlay has no such service, or asks for digests and there is none.
        """
        content = self._load()
        entries = {entry["name"]: entry for entry in content.get("images") or []}
        if image.service not in entries:
            raise PlumblineError(
                f"{self.kustomization} has no image {image.service!r}; it has: {', '.join(entries) or 'none'}"
            )
        entry = entries[image.service]
        if "digest" in entry and not image.digest:
            raise PlumblineError(
                f"{self.environment} runs images by digest: name {image.name}@sha256:… instead of a tag"
            )
        entry["newName"] = image.name
        entry.pop("digest", None)
        entry.pop("newTag", None)
        entry["digest" if image.digest else "newTag"] = image.version
        with whole(self.kustomization) as partial:
            _yaml().dump(content, partial)

    def bundle(self) -> Bundle:
        """Give the bundle."""
        values = dict(line.split("=", 1) for line in self._lines() if "=" in line)
        try:
            return Bundle(values["BUNDLE_URI"], values["BUNDLE_SHA256"])
        except KeyError as error:
            raise PlumblineError(f"{self.bundle_file} lacks {error}") from None

    def set_bundle(self, bundle: Bundle) -> None:
        """Let `predict` load another bundle."""
        new = {"BUNDLE_URI": bundle.uri, "BUNDLE_SHA256": bundle.sha256}
        self.bundle()
        lines = [f"{name}={new[name]}" if (name := line.split("=", 1)[0]) in new else line for line in self._lines()]
        with whole(self.bundle_file) as partial:
            partial.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _lines(self) -> list[str]:
        try:
            return self.bundle_file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            raise PlumblineError(
                f"{self.bundle_file} does not exist: it names the bundle that `predict` loads"
            ) from None

    def _load(self) -> Any:
        return _yaml().load(self.kustomization)


def _yaml() -> YAML:
    yaml = YAML()  # keeps comments and order
    yaml.preserve_quotes = True
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
