"""Dockerfiles: hadolint, and rules that it does not know, each with a planted fault that it must find."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from infrastructure.tests.images import checks as image_checks
from plumbline.testing.repository import ROOT, run

DOCKERFILES = sorted(
    str(path.relative_to(ROOT)) for path in [ROOT / "model/Dockerfile", *ROOT.glob("services/*/Dockerfile")]
)
PLUMB = (sys.executable, "-m", "plumbline.cli", "images", "build")
PREDICT = (ROOT / "services/predict/Dockerfile").read_text()


def hadolint(path: Path) -> str:
    return subprocess.run(["hadolint", str(path)], capture_output=True, text=True, check=False).stdout


def test_every_service_that_is_deployed_has_a_dockerfile() -> None:
    services = {path.parent.parent.name for path in ROOT.glob("services/*/app/__main__.py")}
    assert {f"services/{name}/Dockerfile" for name in services} == set(DOCKERFILES) - {"model/Dockerfile"}


@pytest.mark.parametrize("name", DOCKERFILES)
def test_hadolint_finds_nothing(name: str) -> None:
    assert hadolint(ROOT / name) == ""


@pytest.mark.parametrize("check", image_checks.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", DOCKERFILES)
def test_a_dockerfile_keeps_the_rule(name: str, check: Callable[[str], list[str]]) -> None:
    assert check((ROOT / name).read_text()) == []


@pytest.mark.parametrize(
    ("check", "old", "new", "found"),
    [
        (image_checks.unpinned_base, "FROM ${BASE_IMAGE}\n", "FROM python:3.11\n", "python:3.11"),
        (image_checks.unpinned_base, ":3.11-slim-bookworm", ":latest", "BASE_IMAGE=docker.io/library/python:latest"),
        (image_checks.unpinned_base, ":3.11-slim-bookworm", "", "BASE_IMAGE=docker.io/library/python"),
        (image_checks.root_user, "USER 10001:10001", "USER root", "root"),
        (image_checks.root_user, "USER 10001:10001\n", "", "no USER"),
        (image_checks.nameless_user, ">> /etc/passwd", ">> /etc/aliases", "no name for 10001:10001"),
        (image_checks.pip_without_hashes, "--require-hashes ", "", "python -m pip --python"),
        (image_checks.pip_without_hashes, "--no-deps ", "", "python -m pip --python"),
        (image_checks.pip_without_hashes, "WORKDIR /app\nENV", "RUN pip install x\nENV", "pip install x"),
        (
            image_checks.shell_form,
            'CMD ["python", "-m", "services.predict.app"]',
            "CMD python -m services",
            "python -m",
        ),
        (image_checks.shell_form, "HEALTHCHECK", "# HEALTHCHECK", "no HEALTHCHECK"),
        (image_checks.copied_whole, "COPY --from=build /app /app", "COPY . /app", ". /app"),
    ],
)
def test_a_planted_fault_is_found(check: Callable[[str], list[str]], old: str, new: str, found: str) -> None:
    assert old in PREDICT
    assert any(fault.startswith(found) for fault in check(PREDICT.replace(old, new)))


def test_what_a_dockerfile_copies_is_there() -> None:
    named = run(ROOT, "git", "ls-files", "*Dockerfile").stdout.splitlines()
    assert len(named) >= len(DOCKERFILES)
    copied = {
        (name, source)
        for name in named
        for sources in re.findall(r"^COPY (?!--from=)(.+) \S+$", (ROOT / name).read_text(), flags=re.MULTILINE)
        for source in sources.split()
    }
    assert [pair for pair in copied if not (ROOT / pair[1]).exists()] == []


def test_hadolint_finds_a_package_without_a_reason(tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(re.sub(r"# hadolint ignore=.*\n", "", PREDICT))
    assert "DL3008" in hadolint(dockerfile)


def test_the_build_context_is_an_allow_list_without_keys_and_data() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    allowed = [line[1:] for line in patterns if line.startswith("!")]
    assert patterns[0] == "*"
    assert all((ROOT / path).exists() for path in allowed)
    assert not {".plumbline", ".git", ".venv", "."} & set(allowed)


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """An engine that only writes down what it is asked for."""
    found = tmp_path / "docker"
    found.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    found.chmod(0o755)
    return found


def test_the_image_of_ray_is_that_of_the_pipeline_with_more_and_built_where_it_is_named(engine: Path) -> None:
    run(ROOT, *PLUMB, "ray", "--engine", str(engine), "--prefix", "here/")

    (asked,) = engine.with_name("asked").read_text().splitlines()
    assert "--build-arg RAY=yes --file model/Dockerfile --tag here/ray:" in asked


def test_images_are_built_each_with_its_labels_and_the_commit_as_tag(engine: Path) -> None:
    commit = run(ROOT, "git", "rev-parse", "HEAD").stdout.strip()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    done = run(ROOT, *PLUMB, "--engine", str(engine), "--prefix", "here/", "--base-image", "base@sha256:0")

    asked = engine.with_name("asked").read_text().splitlines()
    tags = [re.search(r"--tag here/(\w+):(\w+)", line) for line in asked]
    assert {(tag[1], tag[2]) for tag in tags if tag} == {
        (Path(name).parent.name.replace("model", "pipeline"), commit) for name in DOCKERFILES
    }
    assert ("-dirty" in asked[0]) == ("do not deploy it" in done.stderr)
    for line in asked:
        assert "--build-arg BASE_IMAGE=base@sha256:0" in line
        assert f"image.revision={commit}" in line
        assert f"image.version={version} " in line
        assert "image.source=" in line
