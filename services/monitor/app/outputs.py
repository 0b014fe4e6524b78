"""What a run leaves behind: a folder with the report, and metrics. Written twice, it is the same."""

from pathlib import Path

import jinja2
import msgspec
from prometheus_client import CollectorRegistry, generate_latest, push_to_gateway, write_to_textfile

from services.monitor.app.report import Findings
from services.monitor.app.settings import Settings

_TEMPLATES = Path(__file__).parent


def write(found: Findings, metrics: CollectorRegistry, settings: Settings) -> Path:
    """Write report.json, report.html and metrics.prom into a folder named after the window's end; give the folder.

    Raises:
        OSError: A file cannot be written, or the Pushgateway cannot be reached.
    """
    folder = Path(settings.reports) / f"{found.window.until:%Y-%m-%dT%H%M%SZ}-{found.bundle_sha256[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / "report.json", msgspec.json.format(msgspec.json.encode(found), indent=1))
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True)
    _replace(folder / "report.html", environment.get_template("report.html").render(found=found).encode())
    _replace(folder / "metrics.prom", generate_latest(metrics))
    if settings.metrics_file:
        Path(settings.metrics_file).parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(settings.metrics_file, metrics)
    if settings.pushgateway_url:
        key = {"model": found.model} | ({"namespace": settings.namespace} if settings.namespace else {})
        push_to_gateway(settings.pushgateway_url, "monitor", metrics, key, timeout=10)
    return folder


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
