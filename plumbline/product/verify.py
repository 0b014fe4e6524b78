"""Is every PRODUCT file of this clone the release's, byte for byte?

The measure is a list of hashes that is committed beside the files, not the tag's tree: a team's clone may be shallow,
may lack the product's tags, and is checked in CI, out of reach of the product's repository. `init` and `upgrade` make
the list from git's tree of the release, never from the work tree. It finds what was edited by accident or in haste.
Whoever changes a file and the list together is found by the review of the list, which nobody edits by hand.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plumbline.product import house, release, repository
from plumbline.product.ownership import owner
from plumbline.product.values import restored


@dataclass(frozen=True)
class Difference:
    """A PRODUCT file that is not the release's."""

    path: str
    kind: Literal["edited", "missing", "additional"]

    def __str__(self) -> str:
        """Give the line that a user reads."""
        return f"{self.kind}: {self.path}"


def verify(root: Path = Path()) -> list[Difference]:
    """Compare the work tree with the release that it came from; the house's own values do not count as edits.

    Returns:
        What differs, by path; nothing if the clone is whole.

    Raises:
        PlumblineError: plumbline.toml or the list of the release is absent or wrong.
    """
    here, manifest = house.read(root), release.read(root)
    found = []
    for path, entry in manifest.files.items():
        file = repository.on_disk(root / path)
        if file is None:
            found.append(Difference(path, "missing"))
            continue
        content = restored(path, file.content, manifest.values, here.house, here.carriers)
        whole = content is not None and hashlib.sha256(content).hexdigest() == entry.sha256
        if not whole or file.executable != entry.executable:
            found.append(Difference(path, "edited"))
    for path in repository.paths(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"):
        if path not in manifest.files and owner(path, here.paths) == "product" and (root / path).exists():
            found.append(Difference(path, "additional"))
    return sorted(set(found), key=lambda one: one.path)
