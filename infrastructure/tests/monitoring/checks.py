"""What the rules, dashboards and analyses below a root name, and what of it does not exist."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import promql_parser
import yaml

RULES, DASHBOARDS = "infrastructure/monitoring/rules/*.yaml", "infrastructure/monitoring/dashboards/*.json"
RUNBOOK = "docs/runbook.md"
# What Prometheus' operator adds to each series that it scrapes; the last is a label of the pods of a Rollout.
TARGET_LABELS = {"namespace", "service", "job", "pod", "instance", "container", "rollouts_pod_template_hash"}
# Name of a metric, and the labels of its series; None if any label may be asked for.
Metrics = dict[str, set[str] | None]


def rules(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give each rule, and where it stands."""
    for path in sorted(root.glob(RULES)):
        for group in yaml.safe_load(path.read_text())["spec"]["groups"]:
            for rule in group["rules"]:
                yield f"{path.name}: {rule.get('alert') or rule['record']}", rule


def in_dashboards(root: Path) -> Iterator[tuple[str, str]]:
    """Give each expression of the panels and variables, and where it stands."""
    for path in sorted(root.glob(DASHBOARDS)):
        dashboard = json.loads(path.read_text())
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", re.sub(r"\$__\w+", "5m", target["expr"])
        for variable in dashboard["templating"]["list"]:
            if found := re.fullmatch(r"label_values\((.+), \w+\)", variable["query"]):
                yield f"{path.name}: variable {variable['name']}", found[1]


def filled(query: str, spec: dict[str, Any]) -> str:
    """Put the arguments of an analysis into a query of it; those without a default are called `argument`."""
    given = {item["name"]: item.get("value", "argument") for item in spec.get("args", [])}
    return re.sub(r"\{\{args\.([\w-]+)}}", lambda match: given.get(match[1], "argument"), query)


def in_analyses(root: Path) -> Iterator[tuple[str, str]]:
    """Give each query that decides about a canary, and where it stands."""
    for path in sorted(root.glob("infrastructure/kubernetes/**/*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if isinstance(document, dict) and document.get("kind") in ("AnalysisTemplate", "ClusterAnalysisTemplate"):
                for metric in document["spec"]["metrics"]:
                    if query := metric["provider"].get("prometheus", {}).get("query"):
                        yield f"{path.name}: {metric['name']}", filled(query, document["spec"])


def expressions(root: Path) -> Iterator[tuple[str, str]]:
    """Give each PromQL expression there is, and where it stands."""
    yield from ((where, rule["expr"]) for where, rule in rules(root))
    yield from in_dashboards(root)
    yield from in_analyses(root)


def selectors(node: Any) -> Iterator[promql_parser.VectorSelector]:
    """Give each selector of a parsed expression."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    for name in ("lhs", "rhs", "expr", "vector_selector", "param"):
        if (child := getattr(node, name, None)) is not None:
            yield from selectors(child)
    for argument in getattr(node, "args", None) or []:
        yield from selectors(argument)


def reach(node: Any) -> timedelta:
    """Give how far into the past a parsed expression looks: ranges and offsets that enclose one another add up."""
    own = sum((getattr(node, name, None) or timedelta() for name in ("range", "offset")), timedelta())
    inner = [getattr(node, name, None) for name in ("lhs", "rhs", "expr", "vector_selector", "param")]
    inner += getattr(node, "args", None) or []
    return own + max((reach(child) for child in inner if child is not None), default=timedelta())


def names(selector: promql_parser.VectorSelector) -> list[str]:
    """Name the metrics of a selector; `{__name__=~"(a|b)_total"}` has two, both of which must exist."""
    if selector.name:
        return [selector.name]
    pattern = next(matcher.value for matcher in selector.matchers.matchers if matcher.name == "__name__")
    found = re.fullmatch(r"\((\w+(?:\|\w+)*)\)(\w+)", pattern)
    assert found, f"{pattern}: write the names of metrics as (one|other)_rest, so that each of them can be checked"
    return [first + found[2] for first in found[1].split("|")]


def recorded(root: Path) -> Metrics:
    """Give what the recording rules record."""
    return {rule["record"]: None for _, rule in rules(root) if "record" in rule}


def third_party(root: Path) -> Metrics:
    """Give what other programs emit."""
    listed = tomllib.loads((root / "infrastructure/monitoring/metrics.toml").read_text())
    return {name: set(entry["labels"]) for name, entry in listed.items()}


def unknown(root: Path, emitted: Metrics) -> list[str]:
    """Say which expression asks for a metric, or a label of one, that nothing gives."""
    known, found = emitted | recorded(root) | third_party(root), []
    for where, expression in expressions(root):
        for selector in selectors(promql_parser.parse(expression)):
            asked = {matcher.name for matcher in selector.matchers.matchers} - {"__name__"} - TARGET_LABELS
            for name in names(selector):
                if name not in known:
                    found.append(f"{where}: nothing emits {name}")
                elif (labels := known[name]) is not None:
                    found += [f"{where}: {name} has no label {label}" for label in sorted(asked - labels)]
    return found


def careless_alerts(root: Path) -> list[str]:
    """Say which alert lacks a severity, a summary, or a link to an entry of the runbook that exists."""
    headings = re.findall(r"^#+ (.+)$", (root / RUNBOOK).read_text(), flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    found = []
    for where, rule in rules(root):
        if "alert" not in rule:
            continue
        if rule.get("labels", {}).get("severity") not in ("page", "ticket"):
            found.append(f"{where}: the severity is neither page nor ticket")
        if not rule.get("annotations", {}).get("summary"):
            found.append(f"{where}: there is no summary")
        path, _, anchor = rule.get("annotations", {}).get("runbook_url", "").partition("#")
        if not path.endswith(f"/{RUNBOOK}") or anchor not in anchors:
            found.append(f"{where}: {RUNBOOK} has no entry #{anchor}")
    return found


def untested_alerts(root: Path) -> list[str]:
    """Say which alert no unit test expects to fire."""
    tested = set()
    for path in root.glob("infrastructure/monitoring/tests/*.yaml"):
        for test in yaml.safe_load(path.read_text())["tests"]:
            tested |= {check["alertname"] for check in test.get("alert_rule_test", []) if check["exp_alerts"]}
    return [where for where, rule in rules(root) if "alert" in rule and rule["alert"] not in tested]
