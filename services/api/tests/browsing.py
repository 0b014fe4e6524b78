"""The page in a real Chromium, for its tests: opened, filled in, looked at in every theme and width, judged by axe."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from services.common.tests.running import ROOT, Running

SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
JUDGED = {("light", "desktop"), ("dark", "phone")}  # by axe: each theme and each width once
FOLDER = ROOT / "reports/page"
_PATIENCE = 120_000  # ms: on a machine that is busy with other tests a browser takes its time
# The browser logs what the page says in words.
EXPECTED = ("400", "401", "409", "422", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED")


@contextmanager
def opened(browser: Browser, api: Running, key: str | None = None) -> Iterator[Page]:
    """Open the page with the key of the service's client, or with another; it must neither complain nor look abroad."""
    context = browser.new_context(viewport=SIZES["desktop"])
    context.set_default_timeout(_PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith((api.url, "data:", "blob:")) else foreign.append(r.url))
    given = api.key if key is None else key
    page.goto(f"{api.url}/#key={given}" if given else api.url)
    page.wait_for_selector("#fields .field", state="attached")
    try:
        yield page
    finally:
        context.close()
    assert foreign == []
    assert [text for text in complaints if not any(known in text for known in EXPECTED)] == []


def listed(api: Running) -> list[dict]:
    """Give what is saved, the newest first."""
    return api.client.get("/v1/predictions?limit=200").json()["predictions"]


def state(page: Page, name: str) -> None:
    """Wait until the answer is in a state."""
    page.wait_for_selector(f"#answer[data-state={name}]")


def fill(page: Page, data: dict, row: dict) -> None:
    """Fill the form with a row; what it lacks is emptied."""
    for number, column in enumerate(data["columns"]):
        control, value = page.locator(f"#field-{number}"), row.get(column["name"])
        if control.evaluate("node => node.tagName") == "SELECT":
            control.select_option("" if value is None else str(value).lower() if isinstance(value, bool) else value)
        else:
            control.fill("" if value is None else str(value).removesuffix("Z"))


def look(page: Page, name: str) -> None:
    """Keep screenshots of the page as it is in both themes and widths; nothing may stick out, and axe finds nothing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for device, size in SIZES.items():
            page.set_viewport_size(size)
            page.screenshot(path=FOLDER / f"{name}-{theme}-{device}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, f"{name} sticks out by {wide} px on a {device}"
            if (theme, device) in JUDGED:
                assert violations(page) == [], f"{name}, {theme}, {device}"
    page.set_viewport_size(SIZES["desktop"])


def violations(page: Page) -> list[str]:
    """Give what axe finds, each with the element it is about."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
