"""Targets that only the workflows run, with tools that note what they are asked for."""

from pathlib import Path

import pytest

from plumbline.testing.repository import ROOT, run

COMMIT, DIGEST = "c" * 40, f"sha256:{'d' * 64}"
API, PREDICT, PIPELINE = (f"docker.io/someone/plumbline-{name}@{DIGEST}" for name in ("api", "predict", "pipeline"))


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def tool(folder: Path, name: str, *variables: str) -> str:
    """A program that notes its arguments, and the values of `variables` behind them."""
    path = folder / name
    values = " ".join(f'{variable}="${variable}"' for variable in variables)
    path.write_text(f'#!/bin/sh\necho {name} "$@" {values} >> {folder / "calls"}\n')
    path.chmod(0o755)
    return str(path)


def make(*arguments: str, check: bool = True) -> str:
    words = [word for word in arguments if "=" in word]
    targets = [word for word in arguments if "=" not in word]
    done = run(ROOT, "env", *words, "make", "--old-file=setup", *words, *targets, check=check)
    return done.stdout + done.stderr


def test_only_services_are_deployed_each_by_a_commit_and_the_bundle_last(tmp_path: Path, calls: Path) -> None:
    stub = tool(tmp_path, "make", "ENV")

    make("ci-deploy", f"MAKE={stub}", "ENV=staging", f"REFERENCES={API} {PREDICT} {PIPELINE}", "VERSION=3")

    assert calls.read_text().splitlines() == [
        f"make deploy IMAGE={API} BUNDLE= ENV=staging",
        f"make deploy IMAGE={PREDICT} BUNDLE= ENV=staging",
        "make deploy IMAGE= BUNDLE=3 ENV=staging",
    ]


def test_an_image_is_signed_and_its_list_of_parts_attested_by_digest(tmp_path: Path, calls: Path) -> None:
    make("sign-images", f"COSIGN={tool(tmp_path, 'cosign')}", f"REFERENCES={API}")

    assert calls.read_text().splitlines() == [
        f"cosign sign --yes {API}",
        f"cosign attest --yes --type cyclonedx --predicate reports/sbom-api.cdx.json {API}",
    ]


def test_an_image_moves_from_one_machine_to_another_as_a_file(tmp_path: Path, calls: Path) -> None:
    saved = tmp_path / "images"
    engine = f"ENGINE={tool(tmp_path, 'docker')}"
    make("image-save", engine, f"SAVED={saved}", "IMAGES=api predict", f"TAG={COMMIT}")
    (saved / "api.tar").touch()
    make("image-load", engine, f"SAVED={saved}")

    assert calls.read_text().splitlines() == [
        f"docker save --output {saved}/api.tar localhost/plumbline-api:{COMMIT}",
        f"docker save --output {saved}/predict.tar localhost/plumbline-predict:{COMMIT}",
        f"docker load --quiet --input {saved}/api.tar",
    ]


def test_a_build_keeps_its_layers_in_place_of_those_before(tmp_path: Path, calls: Path) -> None:
    layers = tmp_path / "layers"
    layers.mkdir()
    stub = tmp_path / "make"
    stub.write_text(f'#!/bin/sh\necho "$@" > {calls}\nmkdir {layers}-new && touch {layers}-new/index.json\n')
    stub.chmod(0o755)

    make("image-cached", f"MAKE={stub}", f"LAYERS={layers}")

    cache = f"--cache-from type=local,src={layers} --cache-to type=local,dest={layers}-new,mode=max"
    assert calls.read_text() == f"images BUILD_ARGS=--load {cache}\n"
    assert [path.name for path in layers.iterdir()] == ["index.json"]


def test_the_cluster_of_an_environment_is_asked_for_by_name_and_region(tmp_path: Path, calls: Path) -> None:
    tool(tmp_path, "aws")
    words = ("EKS_CLUSTER_NAME=house", "AWS_REGION=eu-central-1")

    run(ROOT, "env", *words, f"PATH={tmp_path}:/usr/bin:/bin", "make", "ci-kubeconfig")

    assert calls.read_text() == "aws eks update-kubeconfig --name house --region eu-central-1\n"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("ci-kubeconfig", "error: which cluster? set EKS_CLUSTER_NAME and AWS_REGION"),
        ("sign-images", "error: which images? REFERENCES is what `make push-images` says"),
    ],
)
def test_what_is_not_said_is_asked_for(tmp_path: Path, target: str, message: str) -> None:
    said = make(target, f"COSIGN={tool(tmp_path, 'cosign')}", check=False)
    assert message in said
