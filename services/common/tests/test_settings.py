import msgspec
import pytest

from services.common import settings


class Example(msgspec.Struct):
    port: int
    rate: float = 1.5
    open: bool = False


def test_reads_typed_values_and_leaves_other_prefixes_alone():
    found = settings.read(Example, "X_", {"X_PORT": "80", "X_OPEN": "true", "Y_PORT": "no"})

    assert found == Example(port=80, rate=1.5, open=True)


def test_names_every_wrong_setting_at_once():
    with pytest.raises(settings.SettingsError) as caught:
        settings.read(Example, "X_", {"X_RATE": "fast", "X_PROT": "80"})

    message = str(caught.value)
    assert "X_RATE is 'fast'" in message
    assert "X_PROT is not a setting" in message
    assert "X_PORT is not set" in message


def test_explains_kubernetes_service_links():
    with pytest.raises(settings.SettingsError, match="enableServiceLinks: false"):
        settings.read(Example, "X_", {"X_PORT": "80", "X_SERVICE_HOST": "10.0.0.1"})
