import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.main import get_command

from service.cli import build
from service.cli.output import decided
from service.welcome import _FIRST
from tests.conftest import Door
from tests.docs.examples import ROOT, blocks, fits

PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]


def lines(program: str) -> list[tuple[str, list[str]]]:
    """Every shell line that calls a program, with its page and its words after the program."""
    return [
        (place, words[names.index(program) + 1 :])
        for place, words in _shell()
        if program in (names := [word.removeprefix(".venv/bin/") for word in words])
    ]


def _shell() -> Iterator[tuple[str, list[str]]]:
    for block in (block for page in PAGES for block in blocks(page) if block.language == "sh"):
        for line in block.text.replace("\\\n", " ").splitlines():
            yield block.place, shlex.split(line, comments=True)


@pytest.fixture(scope="module")
def attune() -> Any:
    return get_command(build())


@pytest.mark.parametrize(("place", "words"), lines("attune"))
def test_every_command_that_the_documentation_shows_is_one(
    place: str, words: list[str], attune: Any
) -> None:
    words = words[: next((at for at, word in enumerate(words) if word in {"&", ">", "|"}), None)]
    command = attune
    context = command.context_class(command, info_name="attune")
    while hasattr(command, "resolve_command"):
        name, found, words = command.resolve_command(context, words)
        assert found is not None, place
        assert name
        command, context = found, found.context_class(found, parent=context, info_name=name)
    assert command.make_context("attune", [*words]), place


@pytest.mark.parametrize(("place", "words"), lines("curl"))
def test_every_curl_line_of_the_documentation_is_answered(
    place: str, words: list[str], desk: Door
) -> None:
    (url,) = [word for word in words if word.startswith("http")]
    after = dict(pairwise(words))
    body = json.loads(after["-d"]) if "-d" in after else None
    answer = desk.post(urlsplit(url).path, body) if body else desk.get(urlsplit(url).path)
    assert answer.status_code < 300, f"{place}: {answer.text}"


def test_the_first_decision_is_the_one_that_the_readme_shows(desk: Door) -> None:
    (shown,) = [block for block in blocks("README.md") if block.language == "text"]
    answer: Any = desk.post("/v1/decisions", _FIRST).json
    told: Any = desk.get(answer["links"]["explanation"]).json
    came = "\n".join(["A first decision:", *decided(answer), "", told["text"]])
    parts = [re.sub(r"^…$", "", part) for part in re.split(r"(?m)^…$", shown.text)]
    assert fits("…".join(parts), came), came


@pytest.mark.parametrize("page", PAGES)
def test_every_link_inside_the_repository_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        name, _, anchor = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            heads = re.findall(r"(?m)^#+ (.+)$", target.read_text("utf-8"))
            assert anchor in [_anchor(head) for head in heads], f"{page}: {link}"


def _anchor(head: str) -> str:
    """How a heading is linked: small letters, hyphens for spaces, no other signs."""
    return re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")
