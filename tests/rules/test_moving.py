import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.facts import catalogue
from rules.casetables import run_bundle
from rules.moving import Move, move, written
from rules.policy import build
from rules.thresholds import ThresholdInvalid, threshold

BOOK = """\
book: detection
stratum: detect
owner: team/communications
rules:
  - id: surge
    reason: Three times the usual.
    covers: ["1.1"]
    when:
      spread: {window: PT1H, excess: at least 3, volume: at least 3}
    then:
      - detect: surge
  - id: other
    reason: Three, too.
    covers: ["1.1"]
    when:
      spread: {window: PT1H, excess: at least 3}
    then:
      - detect: early-surge
"""
CASES = """\
cases:
  - rule: surge
    note: Three times
    given: {spread: {window: PT1H, excess: 3, volume: 3}}
    want: fires
  - rule: surge
    note: Nearly
    given: {spread: {window: PT1H, excess: 2.99, volume: 3}}
    want: stays quiet
  - rule: surge
    note: Two posts
    given: {spread: {window: PT1H, excess: 3, volume: 2}}
    want: stays quiet
  - rule: surge
    note: A quarter of an hour
    given: {spread: {window: PT15M, excess: 4, volume: 3}}
    want: stays quiet
  - rule: other
    note: Three times
    given: {spread: {window: PT1H, excess: 3}}
    want: fires
  - rule: other
    note: Nearly
    given: {spread: {window: PT1H, excess: 2.99}}
    want: stays quiet
"""
WHOLE = """\
cases:
  - note: A surge is a surge
    given: {spread: {window: PT1H, excess: 4, volume: 3}}
    want: {detections: [early-surge, surge]}
"""
FILES = {"detection.yaml": BOOK, "detection.cases.yaml": CASES, "domain.cases.yaml": WHOLE}


def moves(**to: float) -> list[Move]:
    rule = build({"detection.yaml": BOOK.encode()}, catalogue()).rule("surge")
    return [Move(threshold=threshold(rule, name), to=value) for name, value in to.items()]


def test_only_the_number_of_that_figure_of_that_rule_changes() -> None:
    book = move(FILES, moves(excess=5.0), catalogue()).files["detection.yaml"]
    changed = [
        (old, new)
        for old, new in zip(BOOK.splitlines(), book.splitlines(), strict=True)
        if old != new
    ]
    assert changed == [
        (
            "      spread: {window: PT1H, excess: at least 3, volume: at least 3}",
            "      spread: {window: PT1H, excess: at least 5, volume: at least 3}",
        )
    ]


def test_cases_on_the_boundary_follow_it_on_their_side() -> None:
    found = move(FILES, moves(excess=5.0), catalogue())
    table = found.files["detection.cases.yaml"]
    assert "{window: PT1H, excess: 5, volume: 3}" in table
    assert "{window: PT1H, excess: 4.99, volume: 3}" in table
    assert "{spread: {window: PT1H, excess: 2.99}}" in table  # of the other rule
    assert found.missing == ()
    assert found.cases[0] == "detection.cases.yaml:2: Three times: excess 3 → 5"


def test_a_case_that_shows_something_else_keeps_its_side_so_that_it_still_does() -> None:
    table = move(FILES, moves(excess=5.0), catalogue()).files["detection.cases.yaml"]
    assert "{window: PT15M, excess: 5, volume: 3}" in table


def test_cases_of_the_whole_policy_object_and_are_left_to_people() -> None:
    found = move(FILES, moves(excess=5.0), catalogue())
    (objection,) = found.objections
    assert objection.startswith("domain.cases.yaml:2: A surge is a surge: detections lacks surge")
    assert "domain.cases.yaml" not in found.files


def test_two_thresholds_on_one_line_move_together() -> None:
    found = move(FILES, moves(excess=2.5, volume=8), catalogue())
    assert "excess: at least 2.5, volume: at least 8}" in found.files["detection.yaml"]
    assert found.missing == ()


@given(st.integers(0, 1000).map(lambda hundredths: hundredths / 100))
def test_wherever_the_threshold_goes_the_cases_of_the_rule_pass(to: float) -> None:
    found = move(FILES, moves(excess=to), catalogue())
    files = {name: text.encode() for name, text in {**FILES, **found.files}.items()}
    failed = [one.note for one in run_bundle(files, catalogue()).results if not one.passed]
    assert set(failed) <= {"A surge is a surge", "Nearly" if to == 0 else ""}


def test_a_number_that_is_not_written_there_is_left_to_a_person() -> None:
    words = BOOK.replace("at least 3, volume", "'>= 3.00', volume")
    rule = build({"detection.yaml": words.encode()}, catalogue()).rule("surge")
    moving = [Move(threshold=threshold(rule, "excess"), to=5.0)]
    files = {**FILES, "detection.yaml": words}
    assert "'>= 5', volume" in move(files, moving, catalogue()).files["detection.yaml"]
    elsewhere = {**FILES, "detection.yaml": words.replace("3.00", "7")}
    with pytest.raises(ThresholdInvalid, match="by hand"):
        move(elsewhere, moving, catalogue())


@given(st.floats(-1000, 1000).map(lambda value: round(value, 3)))
def test_a_number_is_written_without_exponent_and_read_back(value: float) -> None:
    assert float(written(value)) == value
    assert "e" not in written(value)
