"""The web page in a real Chromium: the answer is always that of the form; screenshots go to reports/page."""

import pytest

from services.api.tests import browsing
from services.api.tests.browsing import fill, listed, look, state
from services.common.tests import toy

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def page(browser, api):
    with browsing.opened(browser, api) as page:
        yield page


@pytest.fixture
def class_page(browser, class_api):
    with browsing.opened(browser, class_api) as page:
        yield page


def figures(page, which):
    return [float(text.replace(",", "")) for text in page.locator(f"#waterfall {which} .figure").all_inner_texts()]


def test_the_answer_follows_the_form_and_is_not_stored(page, api, bundle):
    row = toy.row(bundle.data, 2)
    before = len(listed(api))

    fill(page, bundle.data, row)
    state(page, "current")

    wanted = toy.expected(bundle.data, row)
    price = float(page.locator("#price").inner_text().replace(",", ""))
    assert price == pytest.approx(wanted["prediction"], abs=0.01)
    assert "80 %" in page.locator("#interval").inner_text()
    assert len(listed(api)) == before
    assert "key=" not in page.url
    look(page, f"current-{bundle.data['model']}")


def test_every_part_is_shown_and_what_is_read_adds_up(page, bundle):
    fill(page, bundle.data, toy.row(bundle.data, 2))
    state(page, "current")

    first, last = figures(page, ".end")
    parts = figures(page, "li:not(.end)")
    assert len(parts) == len(bundle.data["columns"])
    assert first + sum(parts) == pytest.approx(last, abs=1e-9)
    assert last == float(page.locator("#price").inner_text().replace(",", ""))


def test_says_that_the_answer_is_of_the_values_before_while_it_waits(page, bundle):
    state(page, "current")
    held = []
    page.route("**/v1/what-if", lambda route: held.append(route))

    fill(page, bundle.data, toy.row(bundle.data, 4))

    state(page, "waiting")
    assert "of the values before" in page.locator("#state").inner_text()
    assert page.locator("#save").get_attribute("aria-disabled") == "true"
    look(page, f"waiting-{bundle.data['model']}")
    page.unroute("**/v1/what-if")
    page.locator("#example").click()
    state(page, "current")


def test_a_double_click_stores_once(page, api):
    state(page, "current")
    before = len(listed(api))

    page.locator("#save").dblclick()
    state(page, "saved")
    page.locator("#save").click(force=True)  # it says that it is disabled

    page.wait_for_selector("#recent tr")
    assert len(listed(api)) == before + 1


def test_a_save_whose_answer_was_lost_is_repeated_and_stored_once(page, api):
    state(page, "current")
    before = len(listed(api))

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/v1/predictions", lose, times=1)
    page.locator("#save").click()
    state(page, "unsaved")
    page.locator("#save").click()
    state(page, "saved")

    assert len(listed(api)) == before + 1


def test_what_is_wrong_is_said_in_the_words_of_the_field(page, bundle):
    kinds = [column["type"] for column in bundle.data["columns"]]
    number = kinds.index("number")
    label = page.locator(f"label[for=field-{number}]").inner_text()

    page.locator(f"#field-{number}").fill("99999")
    state(page, "invalid")
    beyond = page.locator(f"#field-{number}-error").inner_text()
    look(page, f"invalid-{bundle.data['model']}")
    page.locator(f"#field-{number}").fill("much")
    page.wait_for_selector(f"#field-{number}-error:has-text('enter a number')")
    page.locator(f"#field-{number}").press("Enter")

    assert beyond.startswith(f"{label} must be from ")
    assert page.locator("#price").inner_text() == "—"
    assert page.locator(f"#field-{number}").evaluate("node => node === document.activeElement")


def test_an_empty_form_says_what_is_needed(page, bundle):
    needed = [column for column in bundle.data["columns"] if column["required"]]

    page.locator("#clear").click()
    state(page, "empty")

    assert f"Fill in {len(needed)} more fields" in page.locator("#state").inner_text()
    assert page.locator("[aria-invalid]").count() == 0
    look(page, f"empty-{bundle.data['model']}")
    page.locator("#example").click()
    state(page, "current")


@pytest.mark.parametrize("device", browsing.SIZES)
def test_the_answer_stays_in_view_beside_every_field(page, bundle, device):
    page.set_viewport_size(browsing.SIZES[device])
    state(page, "current")

    for number in range(len(bundle.data["columns"])):
        page.locator(f"#field-{number}").focus()
        box = page.locator("#price").bounding_box()
        assert 0 <= box["y"] <= browsing.SIZES[device]["height"] - box["height"]


def test_the_keyboard_is_enough(page, api):
    state(page, "current")
    before = len(listed(api))

    page.locator("#fields input[inputmode]").first.press("Enter")  # a list would open
    state(page, "saved")
    page.locator("#fields :is(input, select)").first.focus()
    page.keyboard.press("Shift+Tab")

    assert len(listed(api)) == before + 1
    assert page.evaluate("document.activeElement.id") == "clear"


def test_groups_and_names_the_fields_as_the_contract_does(page, bundle):
    groups = {column["group"] for column in bundle.data["columns"] if "group" in column}
    labels = {column["label"] for column in bundle.data["columns"] if "label" in column}

    assert groups <= set(page.locator("legend").all_text_contents())
    assert labels <= set(page.locator("label").all_text_contents())


def test_shows_the_decided_class_with_all_probabilities_and_the_set(class_page, classes):
    row = toy.row(classes.data, 2)
    fill(class_page, classes.data, row)
    state(class_page, "current")

    wanted = toy.expected(classes.data, row)
    shown = [line.split("\n")[-1] for line in class_page.locator("#probabilities li").all_inner_texts()]
    read = class_page.locator("#probabilities li > :first-child").all_inner_texts()
    names = dict(zip(wanted["probabilities"], read, strict=True))
    assert classes.data["target"].get("names", {}).items() <= names.items()
    assert class_page.locator("#price").inner_text() == names[wanted["prediction"]]
    assert shown == [f"{100 * value:.1f} %" for value in wanted["probabilities"].values()]
    kept = class_page.locator("#interval strong").inner_text()
    assert kept == "; ".join(names[name] for name in wanted["prediction_set"])
    assert "log odds of" in class_page.locator("#why-unit").inner_text()
    first, last = figures(class_page, ".end")
    assert first + sum(figures(class_page, "li:not(.end)")) == pytest.approx(last, abs=1e-9)
    look(class_page, f"current-{classes.data['model']}")
