import functools
import http.server
import os
import sys
import threading
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import chromium
from playwright.sync_api import Page, expect, sync_playwright

# Streamlit asks for these beside every page but the first and gets 404; nothing else may go wrong.
HARMLESS = ("_stcore/health", "_stcore/host-config")
IDLE = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app?.getAttribute('data-test-script-state') === 'notRunning' && !document.querySelector('[data-testid="stSkeleton"]');
}"""


expect.set_options(timeout=20_000)  # the first chart of a server that has just started takes its time


# What stands for a lesson in the short run: its pictures, keys and hands, and what it trains or reads. That a link restores
# each parameter is tested by tests/pages for every lesson.
SHORT = ("fits", "keys", "drag", "hand", "train", "refused", "format")
WHOLE = ("test_app", "test_modules", "test_pipeline")  # the frame that all lessons share


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)
            if Path(item.fspath).stem not in WHOLE and not any(word in item.name for word in SHORT):
                item.add_marker(pytest.mark.thorough)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        try:
            path = chromium.find(playwright)
        except RuntimeError as error:
            if os.environ.get("CI"):
                pytest.fail(str(error))
            pytest.skip(str(error))
        launched = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def app():
    with chromium.served() as (address, _):
        yield address


@pytest.fixture(scope="session")
def modules():
    """An address that serves the modules of assets/components, to import them one by one."""
    folder = str(chromium.ROOT / "assets" / "components")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def open_page(browser, app):
    """`open_page(path, width=…, …)` opens a page of the app in a window of its own.

    When the test is over, no request has left this machine and the console is clean.
    """
    contexts, errors, outside = [], [], []

    def listen(page: Page) -> None:
        def on_console(message):
            source = message.text + (message.location or {}).get("url", "")
            if message.type == "error" and not any(harmless in source for harmless in HARMLESS):
                errors.append(source)

        page.on("console", on_console)
        page.on("pageerror", lambda error: errors.append(str(error)))
        own = (app, app.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))

    def open_page(path: str = "", *, width=1280, height=720, theme="light", **options) -> Page:
        address = path if path.startswith("http") else f"{app}/{path}"
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        listen(page)
        page.goto(address)
        idle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside == []
    assert errors == []


def idle(page: Page) -> None:
    """Wait until the script has run and the page stands; a click may take a moment to start it."""
    while True:
        page.wait_for_function(IDLE, polling=50)
        page.wait_for_timeout(250)
        if page.evaluate(IDLE):
            return


@pytest.fixture(name="idle")
def idle_fixture():
    return idle
