"""Unpack the PrometheusRule objects of the cluster into the plain rule files that promtool reads, with their tests."""

import shutil
from pathlib import Path

import yaml

from plumbline.kernel.config import read_yaml
from plumbline.kernel.errors import PlumblineError

SOURCE = Path("infrastructure/monitoring")


def unpack(source: Path, target: Path) -> None:
    """Write `rules/*.yaml` and `tests/*.yaml` of `source` below `target`, so that a test finds its rules as in git.

    Raises:
        PlumblineError: A file holds no PrometheusRule.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source / "tests", target / "tests")
    (target / "rules").mkdir()
    for path in sorted((source / "rules").glob("*.yaml")):
        content = read_yaml(path)
        if content.get("kind") != "PrometheusRule" or "spec" not in content:
            raise PlumblineError(f"{path} holds no PrometheusRule with a spec")
        (target / "rules" / path.name).write_text(yaml.safe_dump(content["spec"], sort_keys=False), encoding="utf-8")
