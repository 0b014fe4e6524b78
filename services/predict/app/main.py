"""The application that each worker serves, with the settings of its environment."""

from services.common import server, settings
from services.predict.app.application import Application
from services.predict.app.settings import PREFIX, Settings

server.end_with_parent()
application = Application(settings.read(Settings, PREFIX))
