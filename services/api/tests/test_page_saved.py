"""The page's other rooms: the key, what was saved, true values, comparison, tables, lineage, no connection."""

import csv
import io

import pytest

from services.api.tests import browsing
from services.api.tests.browsing import listed, look, state
from services.common.tests import toy

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="session")
def bundle(plants):
    """One toy is enough here."""
    return plants


@pytest.fixture
def page(browser, api):
    with browsing.opened(browser, api) as page:
        state(page, "current")
        yield page


def save(page, api, **fields):
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    state(page, "current")
    page.locator("#save").click()
    state(page, "saved")
    page.wait_for_selector(f"#recent tr[data-id='{listed(api)[0]['id']}']")


def upload(page, text, name="rows.csv"):
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_the_first_visit_explains_the_key(browser, api, bundle):
    with browsing.opened(browser, api, key="") as page:
        page.wait_for_selector("#access:visible")
        assert "plumb key create" in page.locator("#access").inner_text()
        assert page.locator("#key-error").inner_text() == ""
        look(page, f"first-visit-{bundle.data['model']}")

        page.locator("#key").fill("plk_wrong")
        page.locator("#key").press("Enter")
        page.wait_for_selector("#key-error:not(:empty)")
        page.locator("#key").fill(api.key)
        page.locator("#key").press("Enter")

        state(page, "current")
        assert page.locator("#access").is_hidden()


def test_the_true_value_is_entered_once_in_words(page, api):
    save(page, api)
    page.locator("#enter-actual").click()
    page.locator("#actual-value").fill("tall")
    page.locator("#actual-value").press("Enter")
    wrong = page.locator("#actual-error").inner_text()
    look(page, "true-value")
    page.locator("#actual-value").fill("141.5")
    page.locator("#actual-value").press("Enter")
    page.wait_for_selector("#state:has-text('It turned out to be 141.5')")

    assert wrong == "Enter a number, without a unit."
    page.wait_for_selector("#recent tr td:last-child:has-text('141.5')")
    assert listed(api)[0]["actual"] == 141.5
    look(page, "saved")


def test_saved_predictions_are_compared_with_the_form(page, api):
    save(page, api, light="5")
    save(page, api, light="9")
    page.locator("[name=light]").fill("12")
    state(page, "current")

    for box in page.locator("#recent input").all()[:2]:
        box.check()

    rows = [row.inner_text().split("\t") for row in page.locator("#compare-body tr").all()]
    light = next(row for row in rows if row[0] == "Light")
    assert [text.strip() for text in light] == ["Light", "12 hours", "9 hours", "5 hours"]
    assert len(rows) == 4  # answer, interval, true value, the one field that differs
    assert "2 fields are the same" in page.locator("#compare-same").inner_text()
    look(page, "comparison")


def test_opens_a_saved_prediction_with_its_values_and_its_chain(page, api):
    save(page, api, light="5")
    wanted = page.locator("#price").inner_text()
    page.locator("[name=light]").fill("12")
    state(page, "current")

    page.locator("#recent button.link").first.click()
    state(page, "saved")
    page.wait_for_selector("#waterfall li")

    found = listed(api)[0]
    assert (page.locator("[name=light]").input_value(), page.locator("#price").inner_text()) == ("5", wanted)
    chain = page.locator("#lineage").inner_text()
    assert all(part in chain for part in (found["id"][:12], "cccccccccccc", found["model"]["bundle_sha256"][:12]))
    assert page.locator("#lineage strong").all_inner_texts()[:4] == ["Prediction", "Model", "Bundle", "Commit"]


def test_copies_a_hash_in_full(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy the git cccccccccccc in full").click()

    page.wait_for_selector("button:has-text('Copied')")
    assert page.evaluate("navigator.clipboard.readText()") == "c" * 40


def test_pages_through_what_was_saved(page, api, plants):
    rows = {"inputs": [toy.row(plants.data, number) for number in range(23)]}
    api.client.post("/v1/predictions", json=rows).raise_for_status()
    newest = listed(api)
    page.reload()
    page.wait_for_selector("#page-number:has-text('Page 1')")
    seen = [row.get_attribute("data-id") for row in page.locator("#recent tr").all()]
    for number in range(2, 2 + (len(newest) - 1) // 10):
        page.locator("#older").click()
        page.wait_for_selector(f"#page-number:has-text('Page {number}')")
        seen += [row.get_attribute("data-id") for row in page.locator("#recent tr").all()]

    assert seen == [item["id"] for item in newest]
    assert page.locator("#older").is_disabled()
    page.locator("#newer").click()
    page.wait_for_selector("#older:enabled")


def test_a_table_is_shown_before_it_is_saved_once(page, api, plants):
    rows = [toy.row(plants.data, number) for number in range(12)]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)

    before = len(listed(api))

    upload(page, text.getvalue())
    page.wait_for_selector("#upload-save:visible")
    assert "12 rows are valid" in page.locator("#upload-said").inner_text()
    assert page.locator("#upload-body tr").count() == 8
    assert len(listed(api)) == before
    look(page, "table")
    page.locator("#upload-save").dblclick()
    page.wait_for_selector("text=Download the answers")
    with page.expect_download() as download:
        page.locator("text=Download the answers").click()

    answers = list(csv.DictReader(download.value.path().open()))
    assert (len(listed(api)) - before, len(answers)) == (12, 12)
    assert float(answers[2]["prediction"]) == pytest.approx(toy.expected(plants.data, rows[2])["prediction"])


def test_what_is_wrong_with_a_table_is_said_by_line_and_field(page):
    upload(page, "light,water,species\n7,100,fern\n99,100,fern\n7,,ferm\n")
    page.wait_for_selector("#upload-errors li")

    said = page.locator("#upload-errors").inner_text()
    assert "Line 3: Light must be from 0 to 24 hours." in said
    assert "Line 4: Water is missing: enter a whole number from 10 to 500 millilitres." in said
    assert "Line 4: Species: choose one of the values" in said
    assert page.locator("#upload-body .wrong").all_inner_texts() == ["99", "(empty)", "ferm"]
    assert page.locator("#upload-save").is_hidden()
    look(page, "table-errors")
    upload(page, "light,water\n1\n")
    page.wait_for_selector("#upload-said:has-text('line 2 has 1 cells')")


def test_says_that_it_is_offline_and_goes_on_when_it_is_not(page):
    page.context.set_offline(True)
    page.locator("[name=light]").fill("11")
    state(page, "failed")

    assert "You are offline" in page.locator("#state").inner_text()
    assert page.locator("#offline").is_visible()
    look(page, "offline")
    page.context.set_offline(False)
    state(page, "current")
    assert page.locator("#offline").is_hidden()
    assert page.locator("[name=light]").input_value() == "11"
