"""What all tests share."""

from hypothesis import HealthCheck, settings

# A slow machine is no fault of the code: no example is timed.
settings.register_profile("plumbline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plumbline")
