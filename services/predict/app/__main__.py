"""Start the predict service: python -m services.predict.app."""

import os

from granian.constants import Interfaces

from services.common import server, settings
from services.predict.app.settings import PREFIX, Settings


def main() -> None:
    """Check the settings and serve."""
    # Before NumPy and ONNX Runtime are loaded: a worker computes in one thread.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        values = settings.read(Settings, PREFIX)
    except settings.SettingsError as error:
        server.stop(error)
    server.serve("predict", "services.predict.app.main:application", Interfaces.RSGI, values)


if __name__ == "__main__":
    main()
