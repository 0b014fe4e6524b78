"""The application that each worker serves, with the settings of its environment."""

from services.api.app.application import create
from services.api.app.settings import PREFIX, Settings
from services.common import server, settings

server.end_with_parent()
application = create(settings.read(Settings, PREFIX))
