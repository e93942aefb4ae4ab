"""The templates of the protocol show the empathy that its rules ask for; others are found."""

from collections.abc import Iterator

import pytest

from knowledge.language.indicators import Judge, load
from ontology.facts import Fact, catalogue
from rules.policy import Policy, build
from rules.template import MECHANISMS, Template
from service.bundle import packaged
from service.empathy import passages
from service.judged_words import ANSWERS
from service.library import library_of
from service.wording_checks import tried, unknown

BOOK = "rules/books/protocol.yaml"


@pytest.fixture(scope="module")
def judge() -> Judge:
    return load()


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build(packaged(), catalogue())


def duties(policy: Policy) -> Iterator[Fact]:
    return (one for rule in policy.rules for one in rule.conclusions if one.kind == "duty")


def of(task: str) -> list[Template]:
    templates = library_of(packaged()).templates.values()
    return [one for one in templates if task in one.when.get("task", ())]


def test_every_template_of_a_family_reaches_the_minimum_of_its_rules(
    judge: Judge, policy: Policy
) -> None:
    voice = library_of(packaged()).voice
    for duty in duties(policy):
        for stage in ("", "-update", "-closing"):
            templates = of(f"{duty.values['family']}{stage}")
            assert templates, stage
            for attempt in (one for each in templates for one in tried(each, voice)):
                said = passages(attempt.text.text)
                found = judge.score(said, [ANSWERS] * len(said), ["en"] * len(said))
                for word, name in MECHANISMS.items():
                    levels = [getattr(one.empathy, name) for one in found]
                    told = f"{attempt.template.id} for {attempt.text.channel}: {word}"
                    assert max(levels) >= int(str(duty.values.get(word, 0))), told


def test_a_rule_that_owes_what_no_template_says_is_found() -> None:
    files = packaged()
    broken = files[BOOK].replace(b"family: colleague-harmed", b"family: colleague-harmd")
    changed = {**files, BOOK: broken}
    (found,) = unknown(build(changed, catalogue()), changed)
    assert (found.offending, found.nearest) == ("colleague-harmd", "colleague-harmed")
    assert "colleague-hurt" in found.reason


@pytest.mark.parametrize(
    ("owed", "words"),
    [
        ("{family: executive-word, within: 4 hours}", "from_team"),
        ("{family: executive-word, from_team: team/executive}", "within"),
        ("{family: executive-word, from_team: legal, within: 4 hours}", "legal"),
        ("{family: executive-word, from_team: team/x, within: 4 hours, concern: 3}", "3"),
        ("{family: executive-word, from_team: team/x, within: soon}", "soon"),
        ("{family: executive-word, from_team: team/x, within: PT1H, often: PT1H}", "often"),
    ],
)
def test_what_is_no_duty_is_refused_with_its_place(owed: str, words: str) -> None:
    book = f"""book: protocol
stratum: require
owner: team/people-and-culture
rules:
  - id: owed
    reason: A word is owed.
    when:
      incident: {{phase: open}}
    then:
      - owe: {owed}
"""
    with pytest.raises(Exception, match=words) as error:
        build({BOOK: book.encode()}, catalogue())
    assert f"{BOOK}:10" in str(error.value)
