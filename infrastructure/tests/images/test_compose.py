"""compose.yaml: valid, without a password, and as closed as it says."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from ruamel.yaml import YAML

from plumbline.local import prometheus_rules
from plumbline.local.images import environment
from plumbline.testing import needs
from plumbline.testing.repository import ROOT, run
from services.common.tests import toy
from services.predict.app import locations
from services.predict.app.locations import Location

FILE = ROOT / "compose.yaml"
ALERTMANAGER = ROOT / "infrastructure/compose/alertmanager.yml"
TEXT = FILE.read_text()
SERVICES: dict[str, Any] = YAML(typ="safe", pure=True).load(TEXT)["services"]
SECRET = re.compile(r"(PASSWORD|SECRET|ACCESS_KEY)")
REQUIRED = re.compile(r"\$\{[A-Z0-9_]+:\?[^}]+\}")


def literal_passwords(services: dict[str, Any]) -> list[str]:
    """What looks like a secret, is set, and is not a variable that must be given."""
    found = []
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key) and not REQUIRED.fullmatch(value):
                found.append(f"{name}: {key}")
        for word in [*service.get("command", []), *service.get("environment", {}).values()]:
            login = re.search(r"://[^/@:]+:(.*)@", word)
            if login and not REQUIRED.fullmatch(login[1]):
                found.append(f"{name}: {word}")
    return found


def test_it_is_valid_by_the_schema_of_compose() -> None:
    run(ROOT, "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")


def test_it_holds_no_password() -> None:
    assert literal_passwords(SERVICES) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("${GRAFANA_PASSWORD:?run plumb images compose-env}", "admin", "grafana: GF_SECURITY_ADMIN_PASSWORD"),
        ("${GRAFANA_PASSWORD:?run plumb images compose-env}", "${X:-admin}", "grafana: GF_SECURITY_ADMIN_PASSWORD"),
        ("predictions:${PREDICTIONS_PASSWORD:?run plumb images compose-env}@", "predictions:pw@", "api: postgresql://"),
    ],
)
def test_a_planted_password_is_found(old: str, new: str, found: str) -> None:
    assert old in TEXT
    planted = YAML(typ="safe", pure=True).load(TEXT.replace(old, new, 1))["services"]
    assert [fault.startswith(found) for fault in literal_passwords(planted)] == [True]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_write_nowhere_and_do_nothing_it_need_not(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"publish"}))
def test_a_service_has_a_health_check(name: str) -> None:
    image = SERVICES[name]["image"]
    built = re.search(r"\}(api|predict):", image)
    text = (ROOT / f"services/{built[1]}/Dockerfile").read_text() if built else ""
    assert "healthcheck" in SERVICES[name] or "\nHEALTHCHECK --" in text


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_has_a_version(name: str) -> None:
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*|.*:\$\{TAG:\?[^}]+\}", SERVICES[name]["image"])


def test_only_the_loopback_reaches_it_and_nothing_reaches_predict() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert [SERVICES[name]["networks"] for name in ("predict", "postgres", "s3")] == [["inner"]] * 3
    assert YAML(typ="safe", pure=True).load(TEXT)["networks"]["inner"] == {"internal": True}


def test_every_file_that_is_mounted_exists() -> None:
    mounts = [mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])]
    files = [mount for mount in mounts if mount.startswith("./") and not mount.startswith("./.plumbline/")]
    assert len(files) > 3
    assert [mount for mount in files if not (ROOT / mount).exists()] == []


def test_prometheus_takes_the_rules_and_scrapes_with_the_labels_they_ask_for(tmp_path: Path) -> None:
    needs.require("promtool")
    prometheus_rules.unpack(ROOT / prometheus_rules.SOURCE, tmp_path)
    mounts = dict(mount.split(":")[:2] for mount in SERVICES["prometheus"]["volumes"])
    config = (ROOT / "infrastructure/compose/prometheus.yml").read_text()
    assert f"{mounts['./.plumbline/prometheus/rules']}/*.yaml" in config
    (tmp_path / "prometheus.yml").write_text(config.replace(mounts["./.plumbline/prometheus/rules"], "rules"))

    checked = run(tmp_path, "promtool", "check", "config", "prometheus.yml").stdout

    assert "SUCCESS: 7 rule files found" in checked
    scrapes = YAML(typ="safe", pure=True).load(config)["scrape_configs"]
    assert [scrape["job_name"] for scrape in scrapes if scrape.get("honor_labels")] == ["pushgateway"]
    for scrape in scrapes:
        (target,) = scrape["static_configs"]
        assert target["labels"] == {"namespace": "plumbline-compose", "service": scrape["job_name"]}


def test_grafana_finds_the_dashboards() -> None:
    mounts = dict(mount.split(":")[:2] for mount in SERVICES["grafana"]["volumes"])
    provider = YAML(typ="safe", pure=True).load((ROOT / "infrastructure/compose/grafana-dashboards.yml").read_text())
    assert [it["options"]["path"] for it in provider["providers"]] == [mounts["./infrastructure/monitoring/dashboards"]]


def test_the_environment_file_gives_every_variable_and_keeps_its_secrets() -> None:
    release = {"model": "toy", "bundle_sha256": "0" * 64}
    wanted = set(re.findall(r"\$\{([A-Z0-9_]+):\?", TEXT))
    assert set(re.findall(r"\$\{([A-Z0-9_]+):-", TEXT)) == set(environment.OPTIONAL)

    first = environment.render("", "localhost/", "one", release)
    second = environment.render(first, "localhost/", "two", release)

    values = [dict(line.split("=", 1) for line in text.splitlines()) for text in (first, second)]
    assert set(values[0]) == wanted
    assert {name for name in wanted if values[0][name] != values[1][name]} == {"TAG"}
    assert len({values[0][name] for name in environment.SECRETS}) == len(environment.SECRETS)


def test_what_a_person_puts_into_the_environment_file_stays() -> None:
    release = {"model": "toy", "bundle_sha256": "0" * 64}
    mine = {
        "ALERTMANAGER_CONFIG": "./slack.yml",
        "GITHUB_TOKEN": "ghp_x",
        "GITHUB_API_URL": "https://github.example.org/api/v3",
    }

    text = environment.render("".join(f"{name}={value}\n" for name, value in mine.items()), "", "one", release)

    assert mine.items() <= environment.read(text).items()


def test_alerts_go_where_those_of_the_cluster_go() -> None:
    load = YAML(typ="safe", pure=True).load
    cluster = load((ROOT / "infrastructure/monitoring/receiver/alertmanagerconfig.yaml").read_text())["spec"]
    (route,) = load(ALERTMANAGER.read_text())["route"]["routes"]
    (matcher,) = cluster["route"]["matchers"]

    assert route["matchers"] == [f"{matcher['name']} {matcher['matchType']} {matcher['value']}"]
    for here, there in (("group_wait", "groupWait"), ("group_interval", "groupInterval"), ("group_by", "groupBy")):
        assert route[here] == cluster["route"][there]
    assert route["repeat_interval"] == cluster["route"]["repeatInterval"]


def test_prometheus_tells_alertmanager() -> None:
    config = YAML(typ="safe", pure=True).load((ROOT / "infrastructure/compose/prometheus.yml").read_text())
    (known,) = config["alerting"]["alertmanagers"]
    assert known["static_configs"] == [{"targets": ["alertmanager:9093"]}]


def test_a_job_is_run_again_whether_it_succeeds_or_not(tmp_path: Path) -> None:
    job = 'echo run >> runs; test "$(wc -l < runs)" -ge 3 && kill -TERM $PPID; exit 1'
    every = ROOT / "infrastructure/compose/every.sh"

    done = subprocess.run(["sh", every, "0", "sh", "-c", job], cwd=tmp_path, timeout=60, check=False)

    assert done.returncode == 0
    assert (tmp_path / "runs").read_text().count("run") >= 3


@pytest.fixture
def object_store(moto: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": moto, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
    }  # fmt: skip


def publish(store: Path, bundle: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "infrastructure/compose/publish.py", store, bundle]
    return subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)


def test_a_published_bundle_is_what_predict_downloads(
    tmp_path: Path, object_store: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = toy.build(tmp_path / "plants/one", toy.PLANTS)
    for variable, value in object_store.items():
        monkeypatch.setenv(variable, value)

    done = [publish(tmp_path, "plants/one", object_store) for _ in range(2)]

    assert [item.returncode for item in done] == [0, 0], done[0].stderr
    with locations.folder(Location("s3://models/plants/one", sha256)) as folder:
        assert {file.name for file in folder.iterdir()} == {file.name for file in (tmp_path / "plants/one").iterdir()}
    buckets = boto3.client("s3", region_name="us-east-1", endpoint_url=object_store["AWS_ENDPOINT_URL"]).list_buckets()
    assert {bucket["Name"] for bucket in buckets["Buckets"]} == {"data", "data-cache", "models", "pipeline"}


def test_a_bundle_that_was_not_released_is_not_published(tmp_path: Path, object_store: dict[str, str]) -> None:
    done = publish(tmp_path, "plants/none", object_store)

    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
