import concurrent.futures
import csv
import io
import sqlite3

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from services.api.app import answers
from services.api.app.store import records
from services.common.store import database
from services.common.tests import toy
from services.common.tests.running import ROOT


def create(service, data, number=0, **headers):
    body = {"input": toy.row(data, number)}
    return service.client.post("/v1/predictions", json=body, headers=headers)


def test_a_prediction_can_be_read_again_with_input_and_lineage(api, bundle):
    created = create(api, bundle.data).json()

    read = api.client.get(f"/v1/predictions/{created['id']}").json()

    assert read.items() >= created.items()
    assert toy.row(bundle.data).items() <= read["input"].items()
    assert read["actual"] is None


def test_an_actual_value_is_recorded_once(api, bundle):
    identifier = create(api, bundle.data).json()["id"]
    url = f"/v1/predictions/{identifier}/actual"

    statuses = [api.client.post(url, json={"value": value}).status_code for value in (7.5, 7.5, 8.0)]

    assert statuses == [201, 200, 409]
    assert api.client.get(f"/v1/predictions/{identifier}").json()["actual"] == 7.5


@pytest.mark.parametrize("body", [b"{}", b'{"value":"a"}', b'{"value":NaN}', b'{"value":1e999}', b"[]", b'{"x":1}'])
def test_refuses_an_actual_value_that_is_no_number(api, bundle, body):
    identifier = create(api, bundle.data).json()["id"]

    response = api.client.post(f"/v1/predictions/{identifier}/actual", content=body)

    assert response.status_code == 422


@pytest.mark.parametrize("value", [-1, 1e299, -1e299])
def test_refuses_an_actual_value_that_nothing_predicted_can_be(api, bundle, value):
    url = f"/v1/predictions/{create(api, bundle.data).json()['id']}/actual"

    refused = api.client.post(url, json={"value": value})
    recorded = api.client.post(url, json={"value": 0})

    assert (refused.status_code, recorded.status_code) == (422, 201)
    assert refused.json()["errors"][0]["field"] == "/value"


def test_a_repeated_request_about_another_customer_is_another_request(api, bundle):
    about = [{}, {"customer-reference": "one"}, {"customer-reference": "two"}]
    key = {"idempotency-key": f"about-{bundle.data['model']}"}

    statuses = [create(api, bundle.data, **key, **headers).status_code for headers in (*about, about[0])]

    assert statuses == [201, 409, 409, 201]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv"),
        ("text/csv;q=0", "application/json"),
        ("application/json, text/csv;q=0.5", "application/json"),
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("text/csvx", "application/json"),
        ("*/*", "application/json"),
        ("text/csv;q=nonsense", "application/json"),
    ],
)
def test_answers_in_the_form_that_is_preferred(api, bundle, accept, kind):
    assert create(api, bundle.data, accept=accept).headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(("charset", "status"), [("latin-1", 415), ("UTF-8", 201), ('"utf-8"', 201), ("us-ascii", 201)])
def test_reads_no_other_charset_than_utf_8(api, bundle, charset, status):
    kind = f"application/json; charset={charset}"

    assert create(api, bundle.data, **{"content-type": kind}).status_code == status


def test_pages_hold_every_prediction_once_and_the_newest_first(start_api, bundle):
    service = start_api()
    made = [create(service, bundle.data, number).json()["id"] for number in range(7)]

    seen, cursor = [], None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = service.client.get("/v1/predictions", params=query).json()
        seen += [item["id"] for item in page["predictions"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert len(seen) == 7
    assert set(seen) == set(made)
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=999", "cursor='--", "limit=²", f"limit={999:012}"])
def test_refuses_a_page_that_cannot_be(api, query):
    assert api.client.get(f"/v1/predictions?{query}").status_code == 400


@pytest.mark.parametrize("identifier", ["1", "' OR 1=1 --", "0" * 36, "%2e%2e%2fetc"])
def test_knows_no_prediction_by_a_made_up_identifier(api, identifier):
    response = api.client.get(f"/v1/predictions/{identifier}")

    assert response.status_code == 404


def test_explains_a_stored_prediction(api, bundle):
    created = create(api, bundle.data).json()

    found = api.client.get(f"/v1/predictions/{created['id']}/explanation").json()

    total = found["baseline"] + sum(found["contributions"].values())
    assert total == pytest.approx(created["prediction"])


def test_repeats_the_answer_for_a_repeated_request(api, bundle):
    first = create(api, bundle.data, **{"idempotency-key": "order-1"})
    second = create(api, bundle.data, **{"idempotency-key": "order-1"})
    other = create(api, bundle.data, number=2, **{"idempotency-key": "order-1"})

    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert other.status_code == 409


def test_answers_simultaneous_repeats_alike(api, bundle):
    def repeat(_):
        return create(api, bundle.data, **{"idempotency-key": "order-2"}).json()["id"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        identifiers = set(pool.map(repeat, range(24)))

    assert len(identifiers) == 1


def test_takes_a_table_and_gives_one(api, bundle):
    rows = [toy.row(bundle.data, number) for number in range(4)]
    text = io.StringIO()
    writer = csv.DictWriter(text, [column["name"] for column in bundle.data["columns"]])
    writer.writeheader()
    writer.writerows({name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}
                     for row in rows)  # fmt: skip

    headers = {"content-type": "text/csv", "accept": "text/csv"}
    response = api.client.post("/v1/predictions", content=text.getvalue().encode(), headers=headers)

    found = list(csv.DictReader(io.StringIO(response.text)))
    assert response.headers["content-type"].startswith("text/csv")
    # What the answer adds keeps clear of a column of the same name.
    added = "prediction_" if "prediction" in rows[0] else "prediction"
    assert [float(item[added]) for item in found] == pytest.approx(
        [toy.expected(bundle.data, row)["prediction"] for row in rows]
    )
    given = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [{name: item[name] for name in given[0]} for item in found] == given
    assert api.client.get(f"/v1/predictions/{found[0]['id']}").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"nonsense\n1\n", 422),
        (b"a,b\n1\n", 400),
        (b"a,a\n1,2\n", 400),
        (b'a\n"x', 400),
        (b"\xff\xfe\x00", 400),
        (b"a\n" + b"1\n" * 10_001, 422),
    ],
)
def test_refuses_a_bad_table(api, body, status):
    response = api.client.post("/v1/predictions", content=body, headers={"content-type": "text/csv"})

    assert response.status_code == response.json()["status"] == status
    assert response.json()["errors"]


@pytest.mark.parametrize("spelled", ["nan", "inf", "-Infinity", "1_0", "0x1", "9" * 30, "9" * 400])
def test_refuses_in_a_table_what_json_has_no_number_for(api, bundle, spelled):
    row = toy.row(bundle.data)
    name = next(column["name"] for column in bundle.data["columns"] if column["type"] == "number")
    cells = {key: str(value).lower() if isinstance(value, bool) else value for key, value in row.items()}
    text = io.StringIO()
    writer = csv.DictWriter(text, cells)
    writer.writeheader()
    writer.writerow(cells | {name: spelled})
    headers = {"content-type": "text/csv"}

    response = api.client.post("/v1/predictions", content=text.getvalue().encode(), headers=headers)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, f"/inputs/0/{name}")


def test_answers_nothing_that_it_cannot_store(start_api, bundle, tmp_path):
    service = start_api()
    create(service, bundle.data)
    blocker = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    blocker.execute("DROP TABLE replays")
    blocker.execute("ALTER TABLE predictions RENAME TO gone")

    response = create(service, bundle.data)

    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert "Nothing was stored" in response.json()["detail"]
    assert service.client.get("/livez").status_code == 200

    blocker.execute("ALTER TABLE gone RENAME TO predictions")
    assert create(service, bundle.data).status_code == 201


def test_does_not_hang_on_a_stalled_store(start_api, bundle, tmp_path):
    service = start_api(store_seconds=2)
    assert create(service, bundle.data).status_code == 201
    blocker = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")

    refused = create(service, bundle.data)
    blocker.execute("ROLLBACK")
    service.wait("/readyz")

    assert refused.status_code == 503
    assert "may still be stored" in refused.json()["detail"]
    assert create(service, bundle.data).status_code == 201
    (count,) = blocker.execute("SELECT count(*) FROM predictions").fetchone()
    assert count == 2


def test_stores_every_prediction_that_it_answers(start_api, bundle, tmp_path):
    service = start_api(workers=2)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: create(service, bundle.data, n), range(300)))

    with sqlite3.connect(tmp_path / "store.db") as database:
        stored = dict(database.execute("SELECT id, prediction FROM predictions"))
    # A busy store may refuse one; what was answered is stored.
    answered = {one.json()["id"]: one.json()["prediction"] for one in answers if one.status_code == 201}
    assert len(answered) > 200
    assert answered.items() <= stored.items()


def test_a_store_of_an_earlier_version_keeps_its_predictions(tmp_path):
    engine = database.connect(f"sqlite:///{tmp_path}/store.db", writes=True)
    configuration = Config()
    configuration.set_main_option("script_location", str(ROOT / "services/common/store/migrations"))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0001")
        connection.execute(text("INSERT INTO models VALUES ('b1', 'toy', '3', '{}', '2026-01-01')"))
        row = "('p1', 'k1', '2026-01-01 00:00:00.000000', 'b1', '{}', 2.0, 1.0, 3.0)"
        connection.execute(text(f"INSERT INTO predictions VALUES {row}"))

    database.migrate(engine)

    with engine.connect() as connection:
        found = records.find(connection, "k1", "p1")
    assert (found["prediction"], found["model_version"], found["bundle_sha256"]) == (2.0, "3", "b1")
    assert (found["label"], answers.summarise(found).lower) == (None, 1.0)


def test_serves_from_a_store_of_a_later_version(start_api, bundle, tmp_path):
    engine = database.connect(f"sqlite:///{tmp_path}/store.db", writes=True)
    database.migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("ALTER TABLE predictions ADD COLUMN of_a_later_version TEXT"))

    service = start_api()
    made = [create(service, bundle.data, number) for number in range(3)]

    assert [one.status_code for one in made] == [201] * 3
    assert service.client.get(f"/v1/predictions/{made[0].json()['id']}").status_code == 200
    log = service.log.read_text()
    assert log.count("revision 9999, newer than") == 1, log
