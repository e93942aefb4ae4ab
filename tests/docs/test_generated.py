from pathlib import Path

import pytest

from docs.generate import generated

PAGES = generated()


@pytest.mark.parametrize("page", [*PAGES], ids=lambda page: page.name)
def test_what_the_documentation_repeats_of_the_code_is_current(page: Path) -> None:
    assert page.read_text("utf-8") == PAGES[page], "run: python -m docs.generate"
