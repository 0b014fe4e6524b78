"""What the endpoints share: one of each, made when the worker starts."""

import msgspec
from starlette.requests import Request

from services.api.app.access import Access
from services.api.app.admission import Admission
from services.api.app.predictor import Predictor
from services.api.app.settings import Settings
from services.api.app.store.store import Store
from services.common.budget import Budget


class State(msgspec.Struct, frozen=True):
    """The parts of a running worker."""

    settings: Settings
    predictor: Predictor
    store: Store
    access: Access
    admission: Admission
    bodies: Budget


def of(request: Request) -> State:
    """Give the state of the worker that answers the request."""
    state: State = request.app.state.parts
    return state
