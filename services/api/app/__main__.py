"""Start the api service: python -m services.api.app."""

from granian.constants import Interfaces

from services.api.app.settings import PREFIX, Settings
from services.common import server, settings
from services.common.store import database


def main() -> None:
    """Check the settings and serve."""
    try:
        values = settings.read(Settings, PREFIX)
        database.connect(values.store_url, writes=True).dispose()
    except (settings.SettingsError, database.StoreError) as error:
        server.stop(error)
    server.serve("api", "services.api.app.main:application", Interfaces.ASGI, values)


if __name__ == "__main__":
    main()
