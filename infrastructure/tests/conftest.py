"""What the tests of manifests and of Terraform share."""

import pytest

from plumbline.testing import needs, trials


@pytest.fixture(scope="session")
def checkov() -> tuple[str, ...]:
    """The command of checkov, in its own environment; it asks no service for anything."""
    needs.require("checkov")
    return (str(trials.CHECKOV), "--skip-download", "--quiet", "--compact")
