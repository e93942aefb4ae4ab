"""The page about verification shows what the command says, and every kind of finding."""

from datetime import UTC, datetime

from ontology.facts import catalogue
from rules.declared import FINDINGS
from rules.findings import KINDS, MEANINGS
from rules.policy import build
from rules.verification import ON_REQUEST, USUAL, verify
from tests.docs.examples import ROOT, blocks

PAGE = "docs/verification.md"
BOOK, COMPLETE, ACCEPTS = (block.text for block in blocks(PAGE) if block.language == "yaml")
(SHOWN,) = (block.text for block in blocks(PAGE) if block.language == "text")


def told(book: str) -> str:
    policy = build({"my-escalation.yaml": book.encode()}, catalogue())
    return verify(policy, catalogue(), datetime(2026, 11, 23, 9, tzinfo=UTC)).text()


def test_the_findings_of_the_page_are_those_of_its_book() -> None:
    assert told(BOOK) == SHOWN


def test_what_the_page_accepts_is_counted_and_what_it_completes_is_read() -> None:
    assert "accepted in the books: 1" in told(f"{BOOK}{ACCEPTS}")
    assert "rules, policy" in told(BOOK.replace(_line(BOOK, "complete:"), COMPLETE))


def _line(text: str, start: str) -> str:
    return next(line for line in text.splitlines(keepends=True) if line.startswith(start))


def test_every_kind_of_finding_stands_on_the_page_with_its_level() -> None:
    page = (ROOT / PAGE).read_text("utf-8")
    for kind in KINDS:
        assert f"| `{kind}` | {MEANINGS[kind][0]} |" in page
    assert {*KINDS} == {*MEANINGS} == USUAL | ON_REQUEST
    assert {*FINDINGS} < {*KINDS}
