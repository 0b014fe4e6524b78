"""What GitHub tells a job, no test hears."""

import pytest

pytest_plugins = ["pytester"]


def test_a_test_writes_into_no_summary_of_its_job(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    inner.makeconftest('pytest_plugins = ["plumbline.testing.isolation"]')
    inner.makepyfile("from plumbline.kernel import github\ndef test_summarizes(): github.summarize('of a test')")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(inner.path / "summary"))
    inner.runpytest_subprocess().assert_outcomes(passed=1)
    assert not (inner.path / "summary").exists()
