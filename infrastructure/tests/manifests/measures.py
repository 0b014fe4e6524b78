"""What analyses and scalers ask Prometheus for is a recording rule: written once, with the alerts that use it."""

from collections.abc import Iterator

import promql_parser

from infrastructure.tests.manifests.objects import of, title
from infrastructure.tests.manifests.rendering import Object
from infrastructure.tests.monitoring.checks import filled, names, selectors


def faults(objects: list[Object]) -> list[str]:
    """Every metric that is asked for and that no rule of the same objects records."""
    groups = [group for rules in of(objects, "PrometheusRule") for group in rules["spec"]["groups"]]
    recorded = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}
    asked = [*_of_analyses(objects), *_of_scalers(objects)]
    return [f"{where}: no rule records {metric}" for where, metric in asked if metric not in recorded]


def _of_analyses(objects: list[Object]) -> Iterator[tuple[str, str]]:
    for template in of(objects, "AnalysisTemplate"):
        for metric in template["spec"]["metrics"]:
            if query := metric["provider"].get("prometheus", {}).get("query"):
                for selector in selectors(promql_parser.parse(filled(query, template["spec"]))):
                    yield from ((title(template), name) for name in names(selector))


def _of_scalers(objects: list[Object]) -> Iterator[tuple[str, str]]:
    for scaler in of(objects, "HorizontalPodAutoscaler"):
        for metric in scaler["spec"]["metrics"]:
            if "pods" in metric:
                yield title(scaler), metric["pods"]["metric"]["name"]
