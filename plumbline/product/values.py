"""The house's values where they stand in files that cannot read plumbline.toml: manifests, documents, Terraform."""

import re

from plumbline.product.house import Carrier, Values
from plumbline.product.ownership import matches


def filled(text: str, values: Values) -> str:
    """Put values in the place of `<owner>` and the others; one that this release does not know stays as it is."""
    return re.sub(r"<([a-z]+)>", lambda found: str(getattr(values, found[1], found[0])), text)


def swap(path: str, content: bytes, old: Values, new: Values, carriers: tuple[Carrier, ...]) -> bytes:
    """Give a file's content with the values `new` wherever one of its carriers holds the values `old`."""
    texts = [carrier.text for carrier in carriers if matches(path, carrier.files)]
    if old == new or not texts:
        return content
    become = {filled(text, old).encode(): filled(text, new).encode() for text in texts}
    # In one pass: a value that was just written is not taken for a former one.
    longest = sorted(become, key=len, reverse=True)
    pattern = re.compile(b"|".join(re.escape(text) for text in longest))
    return pattern.sub(lambda found: become[found[0]], content)


def restored(path: str, content: bytes, old: Values, new: Values, carriers: tuple[Carrier, ...]) -> bytes | None:
    """Give what a file was before its values `old` became `new`; None if that does not lead back to this content."""
    before = swap(path, content, new, old, carriers)
    return before if swap(path, before, old, new, carriers) == content else None
