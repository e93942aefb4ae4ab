"""Comparing bundles: rules by what they mean, the other parts by what each of them is."""

from collections.abc import Mapping

import pytest

from rules.comparison_report import Report, markdown, text
from rules.diagnostics import Invalid
from service.bundle import packaged
from service.comparing import comparing

ESCALATION = "rules/books/escalation.yaml"
CONSENTS = "ontology/shapes/consents.ttl"


def changed(file: str, before: str, after: str) -> dict[str, bytes]:
    files = packaged()
    text_ = files[file].decode()
    assert before in text_
    return {**files, file: text_.replace(before, after, 1).encode()}


def compared(new: Mapping[str, bytes]) -> Report:
    return comparing(packaged(), new)


def test_a_policy_and_itself_are_identical() -> None:
    found = compared(packaged())
    assert found.verdict == "identical"
    assert found.level == "patch"


def test_a_threshold_that_rises_is_told_with_the_facts_between_and_who_is_asked_no_longer() -> (
    None
):
    new = changed(ESCALATION, "excess: at least 10, volume", "excess: at least 15, volume")
    found = compared(new)
    assert found.verdict == "differs"
    told = text(found)
    assert "excess: [10..15)" in told
    assert "tier: executive → crisis-team" in told
    assert found.level == "major"
    assert "- `tenfold-surge`: team/executive is asked to answer no longer" in markdown(found)


def test_a_rule_under_another_name_is_renamed_and_decides_the_same() -> None:
    found = compared(changed(ESCALATION, "- id: early-warning", "- id: earliest-warning"))
    assert found.verdict == "same"
    (change,) = found.comparison.changes
    assert change.what == ("renamed",)
    assert change.old is not None
    assert change.old.id == "early-warning"
    assert found.level == "patch"
    assert "`earliest-warning`: renamed" in markdown(found)


def test_a_reason_in_other_words_is_reworded_and_told_before_and_after() -> None:
    found = compared(changed(ESCALATION, "A candidate is looked at", "Somebody looks"))
    assert found.verdict == "same"
    (change,) = found.comparison.changes
    assert change.what == ("reworded",)
    assert [one.part for one in change.texts] == ["reason"]
    assert "Somebody looks" in text(found)


def test_a_condition_in_other_words_reads_differently_and_decides_the_same() -> None:
    found = compared(changed(ESCALATION, "excess: at least 10, volume", 'excess: ">= 10", volume'))
    assert found.verdict == "same"
    assert found.comparison.same


def test_a_rule_split_in_two_decides_the_same_and_says_which_rules_cover_it() -> None:
    before = "      detection: {name: [negative-shift, betrayal]}\n      absent: {incident: {phase"
    narrow = before.replace("[negative-shift, betrayal]", "negative-shift")
    files = changed(ESCALATION, before, narrow)
    more = """
  - id: betrayal-without-incident
    reason: The other half.
    covers: ["1.1"]
    when:
      detection: {name: betrayal}
      absent: {incident: {phase: given}}
    then:
      - escalate: {tier: specialist, within: 1 hour}
"""
    files[ESCALATION] += more.encode()
    found = compared(files)
    assert found.verdict == "same"
    covering = {one.by for change in found.comparison.changes for one in change.covered}
    assert ("betrayal-without-incident",) in covering


def test_a_shorter_reach_of_dates_is_told_from_when_on() -> None:
    new = changed(
        ESCALATION,
        "- id: early-warning\n",
        "- id: early-warning\n    effective: {until: 2026-12-01}\n",
    )
    found = compared(new)
    assert found.verdict == "differs"
    assert "rescheduled" in found.comparison.changes[0].what
    assert "from 2026-12-01" in text(found)


def test_a_shape_that_refuses_less_names_the_cases_that_pass_now() -> None:
    files = packaged()
    shapes = files[CONSENTS].decode()
    files[CONSENTS] = shapes.replace("sh:lessThan", "sh:lessThanOrEquals", 1).encode()
    assert files[CONSENTS] != packaged()[CONSENTS]
    (part,) = compared(files).parts
    assert part.part == "shapes"
    assert part.level == "major"
    assert "case" in part.words


def test_a_shape_in_other_words_is_a_patch() -> None:
    new = changed(CONSENTS, "The consent ends before it begins", "The consent ends too early")
    (part,) = compared(new).parts
    assert (part.level, part.words) == ("patch", "changes its words only")


def test_a_template_tells_its_slots_and_the_lines_that_are_otherwise() -> None:
    file = "rules/templates/first-words.yaml"
    text_ = packaged()[file].decode()
    line = next(one for one in text_.splitlines() if one.strip().startswith("We "))
    found = compared(changed(file, line, line.replace("We ", "All of us ", 1)))
    assert found.verdict == "same"
    (part,) = found.parts
    assert part.part == "templates"
    assert "other words for" in part.words
    assert any("+ All of us" in place for place in part.places)


def test_another_weight_of_a_lexicon_says_that_facts_are_others() -> None:
    file = "knowledge/language/lexicons/urgency.yaml"
    found = compared(changed(file, "weight: 3.4", "weight: 3.3"))
    (part,) = found.parts
    assert part.level == "major"
    assert "asked for at once" in part.places[0]
    assert "'3.4' → '3.3'" in part.places[0]


def test_comments_alone_change_nothing() -> None:
    files = packaged()
    file = "knowledge/language/lexicons/urgency.yaml"
    files[file] += b"# nothing\n"
    (part,) = compared(files).parts
    assert (part.level, part.words) == ("patch", "changes: in comments or layout only")


def test_a_broken_side_is_refused_with_its_place() -> None:
    with pytest.raises(Invalid, match=r"escalation\.yaml:"):
        compared(changed(ESCALATION, "tier: specialist", "tier: nobody"))


def test_the_report_as_json_has_every_example_with_facts_and_differences() -> None:
    new = changed(ESCALATION, "tier: specialist, within: 1 hour", "tier: crisis-team")
    told = compared(new).to_json()
    assert told["verdict"] == "differs"
    regions = told["changes"][0]["regions"]  # type: ignore[index,call-overload] # an object
    assert regions[0]["example"]["differences"]  # type: ignore[index,call-overload] # an object
