import subprocess

import httpx
import pytest

from services.api.app.store import keys
from services.common.store import database
from services.common.tests import toy
from services.conftest import make_key


def ask(service, key=None, data=toy.PLANTS):
    headers = {"authorization": f"Bearer {key}"} if key else {}
    body = {"input": toy.row(data)}
    return httpx.post(f"{service.url}/v1/predictions", json=body, headers=headers, timeout=60)


@pytest.fixture
def guarded(start_api, tmp_path):
    service = start_api(require_key="true", requests_per_minute=60)
    return service, f"sqlite:///{tmp_path}/store.db"


def test_refuses_a_request_without_a_valid_key(guarded, bundle):
    service, store = guarded
    key = make_key(store)
    other = key[:-1] + ("A" if key[-1] != "A" else "B")

    for wrong in (None, "nonsense", "plk_x_y", other, key + "x"):
        response = ask(service, wrong, bundle.data)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
    assert ask(service, key, bundle.data).status_code == 201


def test_a_key_can_do_only_what_its_scopes_allow(guarded, bundle):
    service, store = guarded
    reader = make_key(store, "--scopes", "read")

    refused = ask(service, reader, bundle.data)
    listed = httpx.get(f"{service.url}/v1/predictions", headers={"authorization": f"Bearer {reader}"}, timeout=60)

    assert (refused.status_code, listed.status_code) == (403, 200)
    assert "predict" in refused.json()["detail"]


def test_a_key_may_ask_only_so_often(guarded, bundle):
    service, store = guarded
    key = make_key(store, "--requests-per-minute", "1")

    answers = [ask(service, key, bundle.data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize("rate", ["0", "-5", "many", "1.5", "9" * 12])
def test_no_key_is_made_that_can_never_ask(tmp_path, rate):
    with pytest.raises(subprocess.CalledProcessError) as raised:
        make_key(f"sqlite:///{tmp_path}/store.db", f"--requests-per-minute={rate}")

    assert "is not a number of requests" in raised.value.stderr


def test_a_key_that_may_ask_less_often_than_there_are_workers_may_ask(start_api, bundle, tmp_path):
    service = start_api(require_key="true", workers=2)
    key = make_key(f"sqlite:///{tmp_path}/store.db", "--requests-per-minute", "1")

    assert ask(service, key, bundle.data).status_code == 201


def test_keys_never_appear_in_logs_or_in_the_store(guarded, bundle, tmp_path):
    service, store = guarded
    key = make_key(store)
    secret = key.split("_", 2)[2]

    ask(service, key, bundle.data)

    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    assert secret not in service.log.read_text()
    assert secret.encode() not in stored


def test_nobody_sees_the_predictions_of_others(guarded, bundle):
    service, store = guarded
    mine, theirs = make_key(store), make_key(store)
    identifier = ask(service, mine, bundle.data).json()["id"]
    headers = {"authorization": f"Bearer {theirs}"}
    url = f"{service.url}/v1/predictions"

    assert httpx.get(f"{url}/{identifier}", headers=headers, timeout=60).status_code == 404
    assert httpx.get(f"{url}/{identifier}/explanation", headers=headers, timeout=60).status_code == 404
    actual = httpx.post(f"{url}/{identifier}/actual", json={"value": 1}, headers=headers, timeout=60)
    assert actual.status_code == 404
    assert httpx.get(url, headers=headers, timeout=60).json()["predictions"] == []


def test_lets_other_origins_in_only_if_told_to(start_api):
    origin = {"origin": "https://example.org"}
    closed = start_api().client.get("/livez", headers=origin)

    assert "access-control-allow-origin" not in closed.headers


def test_answers_an_allowed_origin(start_api):
    service = start_api(cors_origins="https://example.org")

    allowed = service.client.get("/livez", headers={"origin": "https://example.org"})
    other = service.client.get("/livez", headers={"origin": "https://example.com"})

    assert allowed.headers["access-control-allow-origin"] == "https://example.org"
    assert "access-control-allow-origin" not in other.headers


def test_the_first_key_is_made_once_whatever_other_keys_there_are(tmp_path):
    store = f"sqlite:///{tmp_path}/store.db"
    make_key(store, "--name", "other")

    first, second = make_key(store, "--if-none"), make_key(store, "--if-none")

    assert first.startswith("plk_")
    assert second == ""


def test_a_revoked_key_is_refused(guarded, bundle):
    service, store = guarded
    key = make_key(store)
    engine = database.connect(store, writes=True)
    with engine.begin() as connection:
        assert keys.revoke(connection, key.split("_")[1])

    assert ask(service, key, bundle.data).status_code == 401
