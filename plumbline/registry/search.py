"""Search MLflow to the end: one call gives a page, of a hundred registered models, say, and a token for the next."""

from collections.abc import Callable, Iterator
from typing import Any


def every(search: Callable[..., Any], filter_string: str) -> Iterator[Any]:
    """Give all that a search of `MlflowClient` finds.

    Args:
        search: Such as `client.search_model_versions`.
        filter_string: In MLflow's search language.
    """
    token = None
    while True:
        page = search(filter_string=filter_string, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
