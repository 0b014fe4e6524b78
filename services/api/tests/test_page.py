"""The web page in a real Chromium; screenshots go to reports/page."""

import pytest
from playwright import sync_api

from plumbline.testing import trials
from services.common.tests import toy
from services.common.tests.running import ROOT

pytestmark = pytest.mark.needs("chromium")
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as engine:
        browser = trials.launch(engine)
        yield browser
        browser.close()


@pytest.fixture(params=["light-desktop", "dark-phone"])
def page(request, browser, api, bundle):
    scheme, _, device = request.param.partition("-")
    context = browser.new_context(viewport=PHONE if device == "phone" else DESKTOP, color_scheme=scheme)
    page = context.new_page()
    complaints, foreign = [], []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((api.url, "data:")) else foreign.append(r.url))
    key = api.client.headers["authorization"].removeprefix("Bearer ")
    page.goto(f"{api.url}/#key={key}")
    page.wait_for_selector("#fields .field")
    yield page
    folder = ROOT / "reports/page"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{request.node.name.partition('[')[0]}-{request.param}-{bundle.data['model']}.png"
    page.screenshot(path=folder / name, full_page=True)
    context.close()
    assert foreign == []
    assert [text for text in complaints if "422" not in text] == []


def test_prices_a_row_and_shows_where_the_price_comes_from(page, bundle):
    row = toy.row(bundle.data, 2)
    for name, value in row.items():
        control = page.locator(f"#field-{name}")
        if isinstance(value, str):
            control.select_option(value)
        else:
            control.fill(str(value))
    page.get_by_role("button", name="Predict").press("Enter")  # the keyboard is enough
    page.wait_for_selector("#contributions li")

    wanted = toy.expected(bundle.data, row)
    price = page.locator("#price").inner_text().split()[0].replace(",", "")
    assert float(price) == pytest.approx(wanted["prediction"], abs=0.01)
    assert "80 %" in page.locator("#interval").inner_text()
    lineage = page.locator("#lineage").inner_text()
    assert bundle.sha256 in lineage
    assert "c" * 40 in lineage
    assert "0" * 32 in lineage
    page.locator("#lineage summary").last.click()
    assert page.locator("#lineage pre").last.is_visible()
    page.wait_for_selector("#recent tr")  # asked for after the answer is shown


def test_shows_what_is_wrong_beside_the_field(page, bundle):
    number = next(column for column in bundle.data["columns"] if column["type"] != "category")
    control = page.locator(f"#field-{number['name']}")
    control.fill("99999")
    page.get_by_role("button", name="Predict").click()
    page.wait_for_selector("[aria-invalid=true]")

    assert "the most allowed is" in page.locator(f"#field-{number['name']}-error").inner_text()
    assert control.evaluate("node => node === document.activeElement")


def test_every_control_has_a_name_and_nothing_overflows(page):
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input,select,button')]"
        ".filter(n => !(n.labels?.length || n.textContent.trim())).length"
    )
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert (unnamed, overflow) == (0, 0)
    assert "key=" not in page.url
