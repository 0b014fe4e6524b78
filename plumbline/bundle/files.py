"""The files of a bundle: their names, what each one but the contract holds, and how they are encoded."""

import datetime
import json
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import msgspec

from plumbline.bundle import READ_VERSIONS, BundleError

MANIFEST = "manifest.json"
MODEL = "model.onnx"
CONTRACT = "contract.json"
GOLDEN = "golden.json"
REFERENCE = "reference.json"
LINEAGE = "lineage.json"
RELEASE = "release.json"
SBOM = "sbom.cdx.json"
PROVENANCE = "provenance.json"
SIGNATURE = "bundle.sig"

REQUIRED = frozenset({MODEL, CONTRACT, GOLDEN, REFERENCE, LINEAGE})
# Written about a bundle after its manifest, and not in it; the signature, written last, covers all that came before.
BESIDE = (RELEASE, SBOM, PROVENANCE, SIGNATURE)

T = TypeVar("T")


class Versioned(msgspec.Struct, frozen=True):
    """A file that says which version of the format it has."""

    schema_version: int

    def __post_init__(self) -> None:
        """Refuse a version that this code was not written for."""
        if self.schema_version not in READ_VERSIONS:
            known = " or ".join(map(str, READ_VERSIONS))
            raise ValueError(f"schema_version is {self.schema_version}, not {known}")


class Golden(Versioned, frozen=True):
    """golden.json: rows with the training pipeline's own answers.

    Attributes:
        relative_tolerance: By how much an answer may differ, relative to its size.
        rows: As a request has them.
        predictions: For each row the model's outputs by name: a number, or the probabilities of the classes.
        absolute_tolerance: By how much an answer may differ however small it is.
    """

    relative_tolerance: float
    rows: list[dict[str, Any]]
    predictions: list[dict[str, float | list[float]]]
    absolute_tolerance: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a file that would prove nothing."""
        super().__post_init__()
        if not self.rows or len(self.rows) != len(self.predictions):
            raise ValueError("it needs rows, and as many predictions")

    def values(self, outputs: Iterable[str]) -> list[list[float]]:
        """Give the answers as a matrix: for each row the values of these outputs, one after the other.

        Raises:
            BundleError: An answer lacks an output, or has another number of values than the first.
        """
        names = list(outputs)
        try:
            rows = [[value for name in names for value in _values(answer[name])] for answer in self.predictions]
        except KeyError as error:
            raise BundleError(f"{GOLDEN}: an answer lacks {error}") from None
        if any(len(row) != len(rows[0]) for row in rows):
            raise BundleError(f"{GOLDEN}: the answers have different numbers of values")
        return rows

    def allows(self, actual: float, wanted: float) -> bool:
        """Say whether an answer is near enough to the training pipeline's own; NaN never is."""
        return abs(actual - wanted) <= max(self.relative_tolerance * abs(wanted), self.absolute_tolerance)


class Distribution(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a column's values were distributed in training.

    Attributes:
        counts: Rows by label of a category, or by bin of a number.
        edges: The bins' inner edges, ascending; None for a category.
        missing: Rows without a value; None for the target, which every row has.
    """

    counts: dict[str, int] | list[int]
    edges: list[float] | None = None
    missing: int | None = None


class Reference(Versioned, frozen=True):
    """reference.json: the distributions of the training data.

    Attributes:
        outputs: Of what the model says about rows that it was not fitted on: of a classification the probability of
            each class, by class.
    """

    rows: int
    features: dict[str, Distribution]
    target: Distribution
    outputs: dict[str, Distribution] = {}


class Data(msgspec.Struct, frozen=True):
    """A file that the model was trained or evaluated on."""

    md5: str
    rows: int


class Artifact(msgspec.Struct, frozen=True):
    """A file that the pipeline made on the way."""

    sha256: str


class Lineage(Versioned, frozen=True):
    """lineage.json: all that determined the model; `parameters` are by room and section."""

    data: dict[str, Data]
    artifacts: dict[str, Artifact]
    parameters: dict[str, dict[str, Any]]
    metrics: dict[str, int | float]
    packages: dict[str, str]


class Entry(msgspec.Struct, frozen=True):
    """One file of the manifest."""

    sha256: str
    size: Annotated[int, msgspec.Meta(ge=0)]


class Manifest(Versioned, frozen=True):
    """manifest.json: the files that the bundle consists of."""

    files: dict[str, Entry]


class Release(Versioned, frozen=True):
    """release.json: who released the bundle and when; `version` is its version in the model registry."""

    bundle_sha256: str
    model: str
    version: str | None = None
    git_commit: str | None = None
    git_dirty: bool = False
    dvc_lock_sha256: str | None = None
    run_id: str | None = None
    released_at: Annotated[datetime.datetime, msgspec.Meta(tz=True)] | None = None

    def describe(self) -> dict[str, Any]:
        """Give the release as release.json has it."""
        return msgspec.structs.asdict(self) | {"released_at": self.released_at and self.released_at.isoformat()}


def _values(answer: float | list[float]) -> list[float]:
    return answer if isinstance(answer, list) else [answer]


def decode(content: bytes, kind: type[T], name: str) -> T:
    """Parse a file.

    Args:
        content: Of the file.
        kind: What it must hold.
        name: Of the file, for the message.

    Raises:
        BundleError: It holds something else.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{name} is not as it must be: {error}") from None


def encode(content: object) -> bytes:
    """Give the bytes of a file, which depend on its content alone; NaN and infinity are refused."""
    plain = msgspec.to_builtins(content)
    text = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()
