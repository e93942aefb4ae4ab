import re

import pytest

from ontology.facts import catalogue
from rules.casetables import run
from rules.literal_decisions import read_decision
from rules.rulebook import RulebookInvalid, parse
from tests.docs.examples import ROOT, Block, blocks, fits

PAGE = "docs/rules.md"
YAML = [block for block in blocks(PAGE) if block.language == "yaml"]
BOOK, CASES = YAML[0], next(block for block in YAML if block.text.startswith("cases:"))
BOOKS = [block for block in YAML if block.text.startswith("book:")]
ROW = re.compile(r"(?m)^\| `([^`]+)` \| `([^`]+)` \| (.+) \|$")


def mistakes() -> list[tuple[str, str, str]]:
    _, _, section = (ROOT / PAGE).read_text("utf-8").partition("### The commonest mistakes")
    return ROW.findall(section)


@pytest.mark.parametrize("block", BOOKS, ids=lambda block: block.place)
def test_every_book_of_the_page_is_read(block: Block) -> None:
    assert parse(block.text, file=block.place, catalogue=catalogue()).owner.startswith("team/")


@pytest.mark.parametrize(
    ("given", "decided"),
    [
        ({"delay": "PT90M", "hurt": False}, {"compensation": 0.5}),
        ({"fare": 10, "delay": "PT90M"}, {"refund": 6.5}),
    ],
)
def test_the_calculations_of_the_page_are_done(
    given: dict[str, object], decided: dict[str, object]
) -> None:
    found = [read_decision(block.text, file=block.place) for block in YAML]
    answers = [
        one.evaluate(given)
        for one in found
        if one is not None and {field.name for field in one.inputs} == given.keys()
    ]
    assert answers == [decided]


def test_the_cases_of_the_page_pass_on_its_first_book() -> None:
    results = run(BOOK.text, CASES.text, file=CASES.place, catalogue=catalogue())
    assert [result.differences for result in results] == [(), (), ()]


@pytest.mark.parametrize(("written", "meant", "said"), mistakes())
def test_the_checker_says_of_a_mistake_what_the_page_says(
    written: str, meant: str, said: str
) -> None:
    assert BOOK.text.count(meant) == 1
    text = BOOK.text.replace(meant, written.replace("⇥", "\t"))
    with pytest.raises(RulebookInvalid) as caught:
        parse(text, file="my-escalation.yaml", catalogue=catalogue())
    first = str(caught.value.diagnostics[0])
    assert fits(f"my-escalation.yaml:…: {said}", first), first


def test_the_page_cures_at_least_ten_mistakes() -> None:
    assert len(mistakes()) >= 10
