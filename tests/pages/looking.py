"""A window of a browser as a person uses it: by keyboard, and with what went wrong in it."""

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # no types
from playwright.sync_api import ConsoleMessage, Page, expect

SERIOUS = frozenset({"serious", "critical"})
HEAVIEST = 150_000
"""Bytes of a page with all that it loads."""


class Window:
    """A page that is open; whatever its console says is kept: a page of ours says nothing."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def sign_in(self, key: str) -> None:
        """As a person does: type the key, press Enter."""
        self.page.goto("/sign-in")
        self.page.get_by_label("Your key").fill(key)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def open(self, path: str) -> Page:
        """Go to a path; it has to be there."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def findings(self) -> list[str]:
        """What axe finds serious or critical, as text."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['help']} at {one['nodes'][0]['html'][:200]}"
            for one in found
            if one["impact"] in SERIOUS
        ]

    def overflows(self) -> int:
        """By how many pixels the page is wider than the window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))

    def weight(self) -> int:
        """Bytes of the page and all that it loads, as they would go over a cold connection."""
        sizes = (
            "performance.getEntriesByType('navigation').concat(performance.getEntriesByType("
            "'resource')).filter(e => e.initiatorType != 'other').map(e => e.decodedBodySize)"
        )
        return sum(self.page.evaluate(sizes))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.said.append(f"{message.text} ({message.location.get('url', '')})")


def sound(window: Window) -> None:
    """What holds for every page: no serious finding, nothing cut off, light, a quiet console."""
    assert window.findings() == []
    assert window.overflows() <= 0
    assert window.weight() <= HEAVIEST
    assert window.said == []
