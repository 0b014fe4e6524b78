"""What is asked of engines and tools, with tools that note it."""

import os
from pathlib import Path

import pytest

from plumbline.kernel.errors import PlumblineError
from plumbline.local.images import build, files, references, signing
from plumbline.local.images.images import Images
from plumbline.testing.repository import ROOT

COMMIT, DIGEST = "c" * 40, f"sha256:{'d' * 64}"
API, PREDICT = (f"docker.io/someone/plumbline-{name}@{DIGEST}" for name in ("api", "predict"))


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "calls"


def tool(folder: Path, name: str, then: str = "") -> str:
    """A program that notes its arguments."""
    path = folder / name
    path.write_text(f'#!/bin/sh\necho {name} "$@" >> {folder / "calls"}\n{then}')
    path.chmod(0o755)
    return str(path)


def test_an_image_moves_from_one_machine_to_another_as_a_file(tmp_path: Path, calls: Path) -> None:
    saved = tmp_path / "images"
    named = Images(tool(tmp_path, "docker"), tag=COMMIT)
    files.save("api", "predict", named=named, folder=saved)
    (saved / "api.tar").touch()
    files.load(engine=named.engine, folder=saved)

    assert calls.read_text().splitlines() == [
        f"docker save --output {saved}/api.tar localhost/plumbline-api:{COMMIT}",
        f"docker save --output {saved}/predict.tar localhost/plumbline-predict:{COMMIT}",
        f"docker load --quiet --input {saved}/api.tar",
    ]


def test_a_folder_without_an_image_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlumblineError, match=f"{tmp_path} holds no image: `plumb images save` writes them"):
        files.load(engine="docker", folder=tmp_path)


def test_a_build_keeps_its_layers_in_place_of_those_before(tmp_path: Path, calls: Path) -> None:
    layers = tmp_path / "layers"
    layers.mkdir()
    (layers / "old").touch()
    engine = tool(tmp_path, "docker", f"mkdir {layers}-new && touch {layers}-new/index.json\n")

    build.main("api", named=Images(engine, tag=COMMIT), layers=layers)

    cache = f"--load --cache-from type=local,src={layers} --cache-to type=local,dest={layers}-new,mode=max"
    assert cache in calls.read_text()
    assert [path.name for path in layers.iterdir()] == ["index.json"]


def test_a_build_that_fails_and_an_image_that_there_is_not_are_named(tmp_path: Path, calls: Path) -> None:
    engine = tool(tmp_path, "docker", "exit 1\n")
    with pytest.raises(PlumblineError, match=r"docker build .* failed: it says why above"):
        build.main("api", named=Images(engine, tag=COMMIT))
    with pytest.raises(PlumblineError, match="there is no image 'ape': there are api, monitor, predict, pipeline"):
        build.main("ape", named=Images(engine, tag=COMMIT))


def test_an_image_is_signed_and_its_list_of_parts_attested_by_digest(tmp_path: Path, calls: Path) -> None:
    tool(tmp_path, "cosign")

    signing.sign(f"{API} {PREDICT}")

    assert calls.read_text().splitlines() == [
        f"cosign sign --yes {API}",
        f"cosign attest --yes --type cyclonedx --predicate reports/sbom-api.cdx.json {API}",
        f"cosign sign --yes {PREDICT}",
        f"cosign attest --yes --type cyclonedx --predicate reports/sbom-predict.cdx.json {PREDICT}",
    ]


def test_a_signature_must_be_of_the_workflow_on_main(tmp_path: Path, calls: Path) -> None:
    tool(tmp_path, "cosign")

    signing.verify(API, repository="owner/name")

    identity = "https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main"
    assert f"--certificate-identity {identity} {API}" in calls.read_text()


def test_an_image_without_its_account_is_one_of_the_account_of_the_environment(
    tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path, "cosign")
    (short,) = references.short([API])
    assert short == f"api@{API.rpartition('@')[2]}"
    monkeypatch.delenv("DOCKER_USERNAME", raising=False)
    with pytest.raises(PlumblineError, match="DOCKER_USERNAME is not set"):
        signing.verify(short, repository="owner/name")
    monkeypatch.setenv("DOCKER_USERNAME", "someone")
    signing.verify(short, repository="owner/name")
    assert calls.read_text().endswith(f" docker.io/someone/plumbline-{short}\n")


@pytest.mark.parametrize(
    ("given", "message"),
    [((), "which images?"), (("",), "which images?"), (("docker.io/x/plumbline-api:latest",), "by its digest")],
)
def test_what_is_no_reference_is_neither_signed_nor_verified(
    given: tuple[str, ...], message: str, tmp_path: Path, calls: Path
) -> None:
    tool(tmp_path, "cosign")
    with pytest.raises(PlumblineError, match=message):
        signing.sign(*given)
    with pytest.raises(PlumblineError, match=message):
        signing.verify(*given, repository="owner/name")
    assert not calls.exists()
