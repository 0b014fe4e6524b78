"""What /readyz says, and what it does not."""

import resource

import psutil
import pytest

from services.common.tests import toy
from services.common.tests.running import workers


def limit_files(service, size):
    for worker in workers(service):
        worker.rlimit(psutil.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_is_not_ready_while_the_disk_is_full(start_api):
    service = start_api()

    limit_files(service, 4096)
    full = service.client.get("/readyz")
    limit_files(service, resource.RLIM_INFINITY)

    assert full.status_code == 503
    assert service.wait("/readyz").status_code == 200


@pytest.mark.parametrize(
    "settings",
    [
        {"predict_url": "http://127.0.0.1:9"},
        {"store_url": "postgresql://me:secret@127.0.0.1:9/database"},
    ],
    ids=["predict", "store"],
)
def test_tells_no_stranger_what_it_stands_on(start_api, bundle, settings):
    service = start_api(wait_for="/livez", predict_seconds=1, store_seconds=4, **settings)

    answers = [service.client.get("/readyz"), service.client.get("/v1/predictions"),
               service.client.post("/v1/predictions", json={"input": toy.row(bundle.data)})]  # fmt: skip
    said = " ".join(answer.text for answer in answers if answer.status_code != 200)

    assert answers[0].status_code == 503
    assert not [word for word in ("127.0.0.1", ":9", "port 9", "secret", "database") if word in said]
    assert "127.0.0.1" in service.log.read_text()  # the operator is told
