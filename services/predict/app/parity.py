"""Score a bundle's golden rows through a running service: python -m services.predict.app.parity URL [FOLDER]."""

import http.client
import sys
import urllib.error
import urllib.request
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from plumbline.bundle import BundleError, reading
from plumbline.bundle.contract import Contract
from services.common import server
from services.common.answers import Classified, Scored, kind_of
from services.predict.app import golden

_SECONDS = 30.0


def check(url: str, folder: Path) -> int:
    """Compare what the service at `url` answers with what the training pipeline gave.

    Args:
        url: Of a predict service, such as `http://predict:8001`.
        folder: The bundle that it must be serving.

    Returns:
        How many rows were compared.

    Raises:
        BundleError: The service cannot be asked, serves another bundle, or answers another number.
    """
    source = reading.read(folder, sha256="", public_key=None)
    wanted = source.golden
    body = msgspec.json.encode({"inputs": wanted.rows})
    answer = _ask(f"{url.rstrip('/')}/v1/predict", body, kind_of(source.contract))
    if answer.model.bundle_sha256 != source.sha256:
        raise BundleError(f"{url} serves the bundle {answer.model.bundle_sha256}, not {source.sha256} of {folder}")
    if len(answer.predictions) != len(wanted.rows):
        raise BundleError(f"{url} answered {len(answer.predictions)} predictions for {len(wanted.rows)} golden rows")
    golden.compare(wanted, source.contract, _matrix(answer, source.contract))
    return len(wanted.rows)


def _matrix(answer: Scored | Classified, contract: Contract) -> NDArray[np.float64]:
    """Give the model's outputs side by side, as the golden rows have them."""
    if isinstance(answer, Scored):
        return np.array([msgspec.structs.astuple(row) for row in answer.predictions])
    classes = contract.target.categories
    return np.array([[row.probabilities.get(name, np.nan) for name in classes] for row in answer.predictions])


def _ask(url: str, body: bytes, kind: type[Scored] | type[Classified]) -> Scored | Classified:
    try:
        request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 - the operator's
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            return msgspec.json.decode(response.read(), type=kind)
    except urllib.error.HTTPError as error:
        raise BundleError(f"{url} answered {error.code}: {error.read().decode(errors='replace')}") from None
    except msgspec.MsgspecError as error:
        raise BundleError(f"{url} does not answer like a predict service: {error}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise BundleError(f"{url} cannot be asked: {error}") from None


def main() -> None:
    """Check what the command line names."""
    if len(sys.argv) not in {2, 3}:
        sys.exit("usage: python -m services.predict.app.parity URL [FOLDER]")
    folder = Path(sys.argv[2] if len(sys.argv) == 3 else "/bundle")
    try:
        rows = check(sys.argv[1], folder)
    except BundleError as error:
        server.stop(error)
    sys.stdout.write(f"{rows} golden rows answered as the training pipeline did\n")


if __name__ == "__main__":
    main()
