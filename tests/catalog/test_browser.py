"""The catalog as people meet it: in headless Chromium, opened from disk, by mouse, keyboard and screen reader."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from eventpact.catalog import render_site
from tests.catalog.repository import HOSTILE, ORDER, Repository
from tests.catalog.repository import field as avro_field

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = ("index.html", "contracts/orders.html", "contracts/users.html", "contracts/long.html")

# A busy machine is slow, and that is no finding. In milliseconds.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

LONG = "a_very_long_name_that_no_screen_of_a_telephone_can_show_in_one_line_whatever_its_owner_thinks"
LONG_SCHEMA = f"""{{"type": "record", "name": "{LONG}", "namespace": "com.example.{LONG}", "fields": [
  {{"name": "{LONG}", "type": "string", "doc": "{LONG}", "pattern": "^[a-z]{{1,200}}$"}},
  {{"name": "other", "type": {{"type": "enum", "name": "{LONG}_2", "symbols": ["{LONG.upper()}"]}}}}]}}
"""
LONG_MANIFEST = f"""
[contracts.long]
schema = "long.avsc"
key = "{LONG}"
compatibility = "FULL"
groups = ["{LONG}", "{LONG}.2"]
owner = "{LONG}"
topic = {{ name = "{LONG}", partitions = 1, retention = "1d", settings = {{ "segment.bytes" = 1 }} }}
"""


@dataclass
class Visit:
    """What a page did behind the reader's back."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("browser")
    repository = Repository(root / "shop")
    repository.release()
    repository.write([*ORDER, avro_field("must", "string"), avro_field("note", ["null", "string"], default=None)])
    (root / "shop" / "schemas" / "long.avsc").write_text(LONG_SCHEMA)
    repository.manifest.write_text(repository.manifest.read_text() + LONG_MANIFEST)
    return written(repository, root / "site")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    return written(Repository(root / "shop", docs=HOSTILE, owner="<img src=x onerror=alert(4)>"), root / "site")


def written(repository: Repository, folder: Path) -> Path:
    for path, text in render_site(repository.catalog()).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS], timeout=PATIENCE)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, site: Path) -> Iterator[Open]:
    """Open a page of the site with a fresh profile; at the end nothing must have been said, or asked of anybody."""
    visits: list[Visit] = []

    def open_page(path: str, *, folder: Path = site, width: int = 1280, **options: object) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        made = Visit(context.new_page())
        made.page.on("console", lambda message: made.said.append(f"{message.type}: {message.text}"))
        made.page.on("pageerror", lambda error: made.said.append(str(error)))
        made.page.on("dialog", lambda dialog: made.said.append(dialog.message))
        made.page.on("request", lambda request: made.asked.append(request.url))
        made.page.goto((folder / path).as_uri())
        visits.append(made)
        return made

    yield open_page
    for made in visits:
        made.page.context.close()
        assert made.said == []
        assert [url for url in made.asked if not url.startswith("file://")] == []


def test_a_page_loads_from_disk(visit: Open) -> None:
    found = visit("contracts/orders.html")

    # The page, its style sheet, three scripts and the icon, which not every Chromium asks for.
    assert len({url.partition("#")[0] for url in found.asked}) >= 5
    expect(found.page.get_by_role("searchbox")).to_be_visible()


def test_search_finds_a_field_and_leads_to_it(visit: Open) -> None:
    page = visit("index.html").page
    page.get_by_role("searchbox").fill("placed")
    expect(page.get_by_role("status")).to_have_text("1 found")
    page.get_by_role("link", name="placed_at").click()

    expect(page).to_have_url(re.compile(r"contracts/orders\.html#field:shop\.Order\.placed_at$"))
    expect(page.locator("tr:target")).to_contain_text("timestamp-millis")


def test_search_looks_into_docs_types_and_tags(visit: Open) -> None:
    page = visit("contracts/users.html").page
    for typed, first in (("who orders", "tenant_id"), ("PII", "street"), ("decimal(12", "total"), ("zip", "zip")):
        page.get_by_role("searchbox").fill(typed)
        expect(page.locator("#found li").first).to_contain_text(first)
    page.get_by_role("searchbox").fill("nothing is called so")
    expect(page.get_by_role("status")).to_have_text("Nothing found")


def test_the_name_itself_comes_first(visit: Open) -> None:
    page = visit("index.html").page
    page.get_by_role("searchbox").fill("orders")

    expect(page.locator("#found li").first).to_contain_text("contract")


def test_search_by_keyboard_alone(visit: Open) -> None:
    page = visit("index.html").page
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("currency")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#found a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"contracts/orders\.html#"))


def test_the_first_key_skips_to_the_content(visit: Open) -> None:
    page = visit("contracts/orders.html").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def test_colours_follow_the_system_until_somebody_chooses(visit: Open) -> None:
    light, dark = (visit("index.html", color_scheme=scheme).page for scheme in ("light", "dark"))
    grounds = ground(light), ground(dark)
    toggle = light.get_by_role("button", name="Dark colours")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")

    assert grounds[0] != grounds[1]
    assert ground(light) == grounds[1]
    light.get_by_role("link", name="orders", exact=True).first.click()
    expect(light).to_have_url(re.compile(r"contracts/orders\.html$"))
    assert ground(light) == grounds[1]
    light.get_by_role("button", name="Dark colours").click()
    light.reload()
    assert ground(light) == grounds[0]


def violations(page: Page) -> list[tuple[str, list[str]]]:
    # Preloading is a request for the style sheet, which the page's own policy forbids.
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    return [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["index.html", "contracts/orders.html"])
def test_axe_finds_nothing(visit: Open, path: str, scheme: str) -> None:
    page = visit(path, color_scheme=scheme).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.get_by_role("searchbox").fill("o")
    expect(page.locator("#found li").first).to_be_visible()

    assert violations(page) == []


def test_axe_finds_nothing_on_a_telephone(visit: Open) -> None:
    assert violations(visit("contracts/orders.html", width=360).page) == []


def test_axe_would_notice(visit: Open) -> None:
    page = visit("index.html").page
    page.evaluate("document.querySelector('h1').style.color = 'silver'")

    assert [rule for rule, _ in violations(page)] == ["color-contrast"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(visit: Open, path: str) -> None:
    page = visit(path).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for width in (360, 700, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator("svg.picture:visible").count() == (0 if path == "index.html" else 1)


def test_a_hostile_schema_runs_nothing(visit: Open, hostile: Path) -> None:
    page = visit("contracts/orders.html", folder=hostile).page
    page.get_by_role("searchbox").fill("alert")
    expect(page.locator("#found li").first).to_be_visible()

    assert page.locator("main img, main script, #found img").count() == 0


def test_everything_can_be_read_without_scripts(visit: Open) -> None:
    page = visit("contracts/orders.html", java_script_enabled=False).page

    expect(page.get_by_role("heading", level=1)).to_have_text("orders")
    expect(page.get_by_role("row").filter(has_text="placed_at")).to_be_visible()
    expect(page.locator("header.bar search, header.bar button")).to_have_count(2)
    expect(page.locator("header.bar search")).to_be_hidden()
    expect(page.locator("header.bar button")).to_be_hidden()


def test_paper_shows_the_contract_and_no_tools(visit: Open) -> None:
    page = visit("contracts/orders.html", color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")

    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator("nav.side")).to_be_hidden()
    assert ground(page) == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_nothing_moves_for_those_who_do_not_want_it(visit: Open, motion: str, behaviour: str) -> None:
    page = visit("index.html", reduced_motion=motion).page

    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour
