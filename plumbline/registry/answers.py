"""The api's answer to a request for a prediction, from a file or from the running api."""

import json
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from plumbline.kernel.config import settings
from plumbline.kernel.errors import PlumblineError

_API = "http://127.0.0.1:8000"  # PLUMBLINE_API_URL names another


def read(given: str) -> dict[str, Any]:
    """Read the api's answer from a file, or ask the api for the prediction of that identifier.

    Raises:
        PlumblineError: There is no such file or prediction, or the api does not answer.
    """
    try:
        if Path(given).is_file():
            answer = json.loads(Path(given).read_bytes())
        else:
            base = settings().api_url or _API
            url = f"{base}/v1/predictions/{urllib.parse.quote(given, safe='')}"
            key = settings().api_key
            headers = {"authorization": f"Bearer {key}"} if key else {}
            request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the operator's own address
            with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310
                answer = json.loads(response.read())
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise PlumblineError(
                f"{url} answers {error.code}: set PLUMBLINE_API_KEY to the key that asked for the prediction"
            ) from None
        raise PlumblineError(f"{url} answers {error.code}: the api knows no prediction {given!r}") from None
    except OSError as error:
        raise PlumblineError(f"{given!r} is no file, and the api at {base} does not answer: {error}") from None
    except ValueError as error:
        raise PlumblineError(f"{given!r}: the answer is not JSON: {error}") from None
    if not isinstance(answer, dict):
        raise PlumblineError(f"{given!r}: the answer is not that of a prediction")
    return answer
