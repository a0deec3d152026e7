"""The real server on a free port over its own database, and a real Chromium that looks at it.

`house` is the running server, `open_page` opens a page as wide and as dark as asked, `assert_accessible` runs axe
over what is shown. Without a browser these tests are skipped, loudly; where CI=true they fail instead.
"""

import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import waitress
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from assessment import paths
from assessment.app import create_app
from assessment.bank.content import Bank
from assessment.config import Settings
from assessment.store.database import Database
from tests.conftest import Clock

PHONE = 390
DESK = 1280
SEEN_AS = [
    pytest.param((width, scheme), id=f"{width}px-{scheme}") for width in (PHONE, DESK) for scheme in ("light", "dark")
]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class RunningHouse:
    """A server that answers, and what it runs on."""

    url: str
    database: Database
    clock: Clock


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: CHROMIUM, the system's, or the one playwright has installed."""
    given = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=given, args=ARGUMENTS)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"NO BROWSER HERE, set CHROMIUM to one: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path, bank: Bank, clock: Clock) -> Iterator[RunningHouse]:
    """The application behind its real server, on a free port of this machine."""
    file = tmp_path / "house.sqlite3"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    settings = Settings(
        data_folder=tmp_path,
        database_url=f"sqlite:///{file}",
        secret_key="only for tests, long enough to be taken",
        base_url="http://127.0.0.1",
        banks=(paths.ITEM_BANK,),
    )
    app = create_app(settings, database, bank.attributes, bank.learning, bank.interview, clock=clock)
    app.config.update(RATELIMIT_ENABLED=False)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    yield RunningHouse(f"http://127.0.0.1:{server.effective_port}", database, clock)
    server.close()
    serving.join(timeout=5)
    server.task_dispatcher.shutdown()  # a page that was left may still be on its way, with a connection in hand
    database.close()


@pytest.fixture
def open_context(browser: Browser, house: RunningHouse) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of its own: other cookies, other storage."""
    opened: list[BrowserContext] = []

    def open_one(width: int = DESK, scheme: str = "light", *, scripts: bool = True) -> BrowserContext:
        context = browser.new_context(
            base_url=house.url,
            viewport={"width": width, "height": 844 if width < 700 else 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            has_touch=width < 700,
            is_mobile=width < 700,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def open_page(open_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A page in a browser of its own; an error in a script or a refused resource fails the test."""

    def open_one(width: int = DESK, scheme: str = "light", *, scripts: bool = True) -> Page:
        page = open_context(width, scheme, scripts=scripts).new_page()
        page.on("pageerror", lambda error: pytest.fail(f"a script failed: {error}"))
        page.on("console", lambda message: _no_policy_break(message.text))
        return page

    return open_one


def _no_policy_break(text: str) -> None:
    assert "Content Security Policy" not in text, text


AXE = Path(AXE_FILE_PATH).read_text(encoding="utf-8")


def assert_accessible(page: Page) -> None:
    """Axe finds nothing, nothing sticks out sideways, and every group of controls has its question."""
    page.wait_for_load_state()  # a click waits until the next page has begun, not until it is there
    # Evaluated rather than added as a script, which the page's policy would refuse.
    page.evaluate(AXE)
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')))"
    )
    assert found == [], f"{page.url}\n" + "\n".join(found)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} sticks out by {wide} px"
    assert page.evaluate(
        "[...document.querySelectorAll('fieldset')].every(f => f.querySelector('legend')?.textContent.trim())"
    ), f"{page.url} has a fieldset without a legend"
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')]"
        ".filter(h => !h.closest('.error-summary')).map(h => +h.tagName[1])"
    )
    assert levels[0] == 1, f"{page.url} does not begin with its heading"
    assert levels.count(1) == 1, f"{page.url} has {levels.count(1)} headings of the first level"
    jumps = [(before, after) for before, after in itertools.pairwise(levels) if after > before + 1]
    assert not jumps, f"{page.url} jumps over a level of headings: {levels}"
