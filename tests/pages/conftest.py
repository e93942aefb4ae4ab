"""One real service and one real Chromium for all pages; each test has a window of its own."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.capabilities.conftest import START, beside, sampled
from tests.pages.looking import Window
from tests.serving import Served, attune, serving

__all__ = ["sampled"]

CHROMIUM = os.environ.get("ATTUNE_CHROMIUM") or shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; install Debian's, or say where one is: ATTUNE_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(sampled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A replay with the sample; its clock is one for all tests, so none turns it far."""
    home = Path(shutil.copytree(sampled, tmp_path_factory.mktemp("pages") / "home"))
    with serving(home, workers=2, world="replay", start=START, language=False) as served:
        yield served


@pytest.fixture(scope="session")
def key_of(served: Served) -> Callable[..., str]:
    """The key of a person of the sample with some roles; made once for each."""
    made: dict[tuple[str, ...], str] = {}

    def make(*roles: str, holder: str = "person/ada") -> str:
        if (holder, *roles) not in made:
            words = [word for role in roles for word in ("--role", role)]
            done = attune(
                "keys", "create", "--holder", holder, *words, "--json", env=beside(served)
            )
            assert done.returncode == 0, done.stderr
            made[(holder, *roles)] = str(json.loads(done.stdout)["key"])
        return made[(holder, *roles)]

    return make


@pytest.fixture
def window(
    chromium: Browser, served: Served, key_of: Callable[..., str]
) -> Iterator[Callable[..., Window]]:
    """A window of somebody with these roles, signed in: `window("responder", width=390)`."""
    opened: list[BrowserContext] = []

    def make(
        *roles: str, width: int = 1280, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> Window:
        context = chromium.new_context(
            base_url=served.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        opened.append(context)
        page: Page = context.new_page()
        shown = Window(page)
        if roles:
            shown.sign_in(key_of(*roles))
        return shown

    yield make
    for context in opened:
        context.close()
