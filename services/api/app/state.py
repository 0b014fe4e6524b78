"""What the endpoints share: one of each, made when the worker starts."""

import msgspec
from starlette.requests import Request

from services.api.app.predictor import Predictor
from services.api.app.settings import Settings


class State(msgspec.Struct, frozen=True):
    """The parts of a running worker."""

    settings: Settings
    predictor: Predictor


def of(request: Request) -> State:
    """Give the state of the worker that answers the request."""
    state: State = request.app.state.parts
    return state
