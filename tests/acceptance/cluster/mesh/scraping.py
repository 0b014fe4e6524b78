"""The configuration of Prometheus that its operator would make of the overlay's ServiceMonitors."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from tests.acceptance.cluster.kube import Object


def config(text: str, objects: Iterable[Object]) -> str:
    """Give the testbed's configuration with the jobs of an overlay's ServiceMonitors in place of its own.

    Args:
        text: The testbed's, which finds pods where the operator would ask Kubernetes.
        objects: The overlay, rendered; path, port and kept metrics are those of its ServiceMonitors.
    """
    content = yaml.safe_load(text)
    [job] = content["scrape_configs"]
    monitors = [item for item in objects if item["kind"] == "ServiceMonitor"]
    content["scrape_configs"] = [_job(job, monitor) for monitor in monitors]
    return yaml.safe_dump(content, sort_keys=False)


def _job(job: Object, monitor: Object) -> Object:
    name = monitor["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
    [endpoint] = monitor["spec"]["endpoints"]
    of_the_service = {"source_labels": ["service"], "regex": name, "action": "keep"}
    return job | {
        "job_name": monitor["metadata"]["name"],
        "metrics_path": endpoint["path"],
        "relabel_configs": [of_the_service, *_snake(endpoint.get("relabelings", []))],
        "metric_relabel_configs": _snake(endpoint.get("metricRelabelings", [])),
    }


def _snake(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the operator's rules with Prometheus' names: sourceLabels is source_labels there."""
    return [{re.sub("([A-Z])", lambda found: f"_{found[1].lower()}", key): rule[key] for key in rule} for rule in rules]
