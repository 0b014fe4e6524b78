import msgspec
import pytest

from services.api.app.settings import Settings as ApiSettings
from services.common import settings
from services.predict.app.settings import Settings as PredictSettings


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


@pytest.mark.parametrize("kind", [ApiSettings, PredictSettings])
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("max_rows", 0, "_MAX_ROWS"),
        ("max_body_bytes", 0, "_MAX_BODY_BYTES"),
        ("max_in_flight", 0, "_MAX_IN_FLIGHT"),
        ("max_bodies_bytes", 1, "_MAX_BODIES_BYTES must be at least …_MAX_BODY_BYTES"),
        ("header_seconds", 0, "seconds of a head"),
    ],
)
def test_refuses_bounds_that_let_nothing_through(kind, field, value, said):
    enough = {"bundle_uri": "x", "allow_any_bundle": True, "allow_unsigned": True} if kind is PredictSettings else {}

    with pytest.raises(ValueError, match=said):
        kind(**enough, **{field: value})
