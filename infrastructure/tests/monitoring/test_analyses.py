"""What a canary's analyses make of what Prometheus knows: the queries by promtool, with the rules that they ask for."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from infrastructure.tests.monitoring.checks import filled
from plumbline.testing import needs
from plumbline.testing.repository import ROOT, run

TEMPLATES = ROOT / "infrastructure/kubernetes/components/canary-replicas"
CANARY, STABLE = "new", "old"
ARGUMENTS = {"namespace": "n", "canary": CANARY, "stable": STABLE}


def heard(version: str) -> dict[str, str]:
    return {series("predict_rows_total", version): "0x40"}


def answers(version: str, good: int, bad: int = 0, slow: int = 0) -> dict[str, str]:
    """Give the series of a version that answers so many requests a second: well, by a 500, or in 0.5 to 1 s."""
    counter, seconds = "predict_requests_total", "predict_request_duration_seconds_bucket"
    route = 'route="/v1/predict"'
    return heard(version) | {
        series(counter, version, route, 'status="200"'): f"0+{15 * (good + slow)}x40",
        series(counter, version, route, 'status="500"'): f"0+{15 * bad}x40",
        series(seconds, version, route, 'le="0.05"'): f"0+{15 * (good + bad)}x40",
        series(seconds, version, route, 'le="0.5"'): f"0+{15 * (good + bad)}x40",
        series(seconds, version, route, 'le="1"'): f"0+{15 * (good + bad + slow)}x40",
        series(seconds, version, route, 'le="+Inf"'): f"0+{15 * (good + bad + slow)}x40",
    }


def series(name: str, version: str, *labels: str) -> str:
    own = ['namespace="n"', 'service="predict"', f'pod="{version}-1"', f'rollouts_pod_template_hash="{version}"']
    return f"{name}{{{', '.join([*own, *labels])}}}"


BUSY = answers(STABLE, 100)
VANISHED = {name: f"{values.removesuffix('x40')}x10 stale" for name, values in answers(CANARY, 100).items()}


@pytest.mark.parametrize(
    ("given", "success_rate", "latency"),
    [
        (BUSY | answers(CANARY, 20), "Successful", "Successful"),
        (BUSY | answers(CANARY, 20, bad=1), "Failed", "Successful"),
        (BUSY | answers(CANARY, 20, slow=2), "Successful", "Failed"),
        (BUSY | answers(CANARY, 2, slow=2), "Successful", "Successful"),  # too few to tell
        (BUSY | heard(CANARY), "Successful", "Successful"),  # the golden rows judge alone
        (BUSY | answers(CANARY, 0), "Successful", "Successful"),
        (BUSY | VANISHED, "Inconclusive", "Inconclusive"),
        (BUSY, "Inconclusive", "Inconclusive"),
        ({}, "Inconclusive", "Inconclusive"),
        (answers(CANARY, 20), "Successful", "Inconclusive"),  # nothing to compare with
        (heard(STABLE) | answers(STABLE, 0) | answers(CANARY, 20), "Successful", "Inconclusive"),
    ],
    ids=[
        "answers well", "fails", "is slow", "is slow to a few", "is not asked", "was never asked",
        "its metrics vanish", "was never heard of", "Prometheus knows nothing", "no stable version is heard of",
        "the stable version is not asked",
    ],
)  # fmt: skip
def test_the_verdict_on_a_canary_that(tmp_path: Path, given: dict[str, str], success_rate: str, latency: str) -> None:
    assert verdict(tmp_path, "success-rate", given) == success_rate
    assert verdict(tmp_path, "latency", given) == latency


def verdict(folder: Path, template: str, given: dict[str, str]) -> str:
    """Say how Argo Rollouts calls a measurement of the template's metric.

    Source: https://argo-rollouts.readthedocs.io/en/stable/features/analysis/, Inconclusive Runs.
    """
    spec = yaml.safe_load((TEMPLATES / f"analysistemplate-{template}.yaml").read_text())["spec"]
    for argument in spec["args"]:
        argument["value"] = ARGUMENTS.get(argument["name"], argument.get("value"))
    [metric] = spec["metrics"]
    result = ask(folder, filled(metric["provider"]["prometheus"]["query"], spec), given)
    conditions = (metric["successCondition"], metric["failureCondition"])
    success, failure = (eval(condition.replace("&&", "and"), {"result": result}) for condition in conditions)
    assert not (success and failure)
    return "Successful" if success else "Failed" if failure else "Inconclusive"


def ask(folder: Path, query: str, given: dict[str, str]) -> list[float]:
    """Give the values that the query has after five minutes, read from what promtool got in place of nothing."""
    needs.require("promtool")
    groups: dict[str, Any] = yaml.safe_load((ROOT / "infrastructure/monitoring/rules/requests.yaml").read_text())[
        "spec"
    ]
    (folder / "rules.yaml").write_text(yaml.safe_dump(groups))
    expected = {"expr": query, "eval_time": "5m", "exp_samples": [{"labels": "{impossible=''}", "value": -1}]}
    inputs = [{"series": name, "values": values} for name, values in given.items()]
    test = {"interval": "15s", "input_series": inputs, "promql_expr_test": [expected]}
    whole = {"rule_files": ["rules.yaml"], "evaluation_interval": "15s", "tests": [test]}
    (folder / "test.yaml").write_text(yaml.safe_dump(whole))
    done = run(folder, "promtool", "test", "rules", "test.yaml", check=False)
    [got] = re.findall(r"got:(.*)", done.stdout + done.stderr)
    return [float(value) for value in re.findall(r"\} ([-+.\deE]+|NaN)", got)]
