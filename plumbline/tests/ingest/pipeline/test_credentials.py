"""Git's credentials are used and left nowhere: not in a URL, a log, the clone or the repository."""

import pytest

from plumbline.tests.ingest.pipeline import git_server
from plumbline.tests.ingest.pipeline.git_server import PASSWORD, USERNAME
from plumbline.tests.ingest.pipeline.world import World


def test_a_password_opens_the_repository_and_stays_in_the_environment(world: World) -> None:
    world.git("config", "http.receivepack", "true")
    world.environment.update(GIT_USERNAME=USERNAME, GIT_PASSWORD=PASSWORD)
    with git_server.serve(world.root) as url:
        done = world.run("all", world.dataset(40), repo=f"{url}/origin.git")

    assert world.commits() == ["Version the raw data", "Start"]
    written = b"".join(path.read_bytes() for path in world.root.rglob("*") if path.is_file())
    for secret in (PASSWORD, world.environment["AWS_SECRET_ACCESS_KEY"]):
        assert secret.encode() not in written
        assert secret not in done.stdout + done.stderr


def test_a_wrong_password_says_what_to_check_and_does_not_ask(world: World) -> None:
    world.environment.update(GIT_USERNAME=USERNAME, GIT_PASSWORD="wrong-one")
    with git_server.serve(world.root) as url:
        done = world.run("configure", repo=f"{url}/origin.git", check=False)

    assert done.returncode == 1
    assert "GIT_USERNAME and GIT_PASSWORD" in done.stderr
    assert "wrong-one" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["https://bot:hidden@git.example.org/a.git", "https://hidden@git.example.org/a.git"])
def test_credentials_in_the_url_of_the_repository_are_refused(world: World, url: str) -> None:
    done = world.run("configure", repo=url, check=False)

    assert done.returncode == 1
    assert "set GIT_USERNAME and GIT_PASSWORD" in done.stderr
    assert "hidden" not in done.stdout + done.stderr


def test_the_commit_names_the_pipeline_and_its_namespace(world: World) -> None:
    world.environment["NAMESPACE"] = "plumbline-staging"
    world.run("all", world.dataset(40))

    assert world.git("log", "-1", "--format=%an|%cn", "main").strip() == "|".join(
        ["Plumbline data pipeline (plumbline-staging)"] * 2
    )
