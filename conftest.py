"""What all tests share."""

import os

from hypothesis import HealthCheck, settings

from tools import runtime

# Before anything loads OpenMP or BLAS: their threads get in each other's way, and `pytest` does what `make unit` does.
os.environ.update(runtime.pinned())

# A slow machine is no fault of the code: no example is timed.
settings.register_profile("plumbline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("plumbline")
