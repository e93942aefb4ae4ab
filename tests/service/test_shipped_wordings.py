"""What is shipped reads well whatever is known: within limits, without gaps, and never unkind."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from rules.channels import CHANNELS
from rules.template import Template
from service.bundle import packaged
from service.library import Library, library_of
from service.texts import overruns
from service.wording_checks import Tried, forbidden, tried

NO_CONTACT = {"app-notice", "social-post", "social-thread"}
"""Where a text is too short for everything, or a link is the way."""

ADMITS = re.compile(
    r"\b(?:our (?:fault|mistake|error|negligence)|we (?:caused|were wrong|failed to)|"
    r"ours to prevent|we are to blame|we apologi[sz]e|i apologi[sz]e|let you down)\b",
    re.IGNORECASE,
)


@cache
def library() -> Library:
    return library_of(packaged())


@cache
def all_tried() -> tuple[Tried, ...]:
    shipped = library()
    return tuple(one for t in shipped.templates.values() for one in tried(t, shipped.voice))


def texts(*channels: str) -> Iterator[Tried]:
    return (one for one in all_tried() if one.text.channel in channels)


def where(one: Tried) -> str:
    return f"{one.template.id} for {one.text.channel}, examples: {one.examples}"


def english() -> list[Template]:
    return [one for one in library().templates.values() if one.locale == "en"]


def test_every_text_keeps_the_limits_of_its_channel() -> None:
    for one in all_tried():
        text = one.text
        found = [*overruns(text.parts, text.lengths, text.limits)]
        assert not found, f"{where(one)}: {found}"


def test_no_text_says_what_the_voice_never_says() -> None:
    assert [*forbidden(library().templates, library().voice)] == []


def test_every_text_sounds_like_us_and_reads_plainly() -> None:
    for one in all_tried():
        assert one.text.sound.score >= 80, f"{where(one)}: {one.text.sound.findings}"
        reading = one.text.sound.reading
        assert reading is None or not reading.hard, f"{where(one)}: {reading}"


def test_no_text_has_a_gap_or_a_rest_of_a_template() -> None:
    for one in all_tried():
        for text in (one.text.title or "", one.text.text):
            assert not re.search(r"\{[{%#]|[%#}]\}|\[[a-z ]+\]|  |\n{3}| [.,;:!?]\s", text) or (
                one.template.language == "fr"  # a space stands before : and ? there
            ), f"{where(one)}: {text}"


def test_who_writes_to_people_gives_them_a_human_being() -> None:
    phone = "+1 914 555 0190"
    for one in all_tried():
        if one.text.channel not in NO_CONTACT and one.template.id != "all-clear":
            assert phone in one.text.text or "stay on the line" in one.text.text, where(one)


def test_who_is_told_what_happens_next_is_told_by_when() -> None:
    timeless = {"reply-bereaved", "reply-bereaved-de", "product-recall", "spokesperson-brief"}
    for one in library().templates.values():
        if {"reply", "statement"} & {*one.fits.get("kind", ())} and one.id not in timeless:
            held = {slot.holds for slot in one.slots.values()}
            assert held & {"time", "day"}, one.id


def test_what_may_be_read_as_an_admission_needs_legal_clearance() -> None:
    for one in all_tried():
        found = ADMITS.search(one.text.text)
        if found is not None:
            cleared = "legal-clearance" in one.template.needs
            goodwill = one.template.id == "recovery-offer"  # after the remedy, which legal cleared
            assert cleared or goodwill, f"{where(one)}: {found.group()}"


def test_only_rebuilding_admits() -> None:
    for one in library().templates.values():
        if "legal-clearance" in one.needs and one.id != "data-breach-notice":
            assert one.fits["strategy"] == ("rebuild",), one.id


def test_nothing_special_about_a_person_is_ever_shown() -> None:
    told = re.compile(
        r"\b(?:vulnerab|disab|illness of yours|your age|because you are (?:ill|old|a child))",
        re.IGNORECASE,
    )
    for one in texts("email", "letter", "chat", "sms", "direct-message", "social-reply"):
        assert not told.search(one.text.text), where(one)


def test_personal_slots_have_words_for_those_who_do_not_agree() -> None:
    for one in library().templates.values():
        for slot in one.slots.values():
            assert slot.purpose is None or slot.fallback is not None, f"{one.id}: {slot.name}"


def test_offers_and_invitations_need_consent() -> None:
    for name in ("recovery-offer", "follow-up", "listening-invitation", "anniversary"):
        assert library().templates[name].purpose in {"contact", "marketing"}


def test_other_languages_wait_for_a_native_lead() -> None:
    others = [one for one in library().templates.values() if one.locale != "en"]
    assert len(others) >= 9
    assert all("native-review" in one.needs for one in others)


def test_every_kind_of_answer_is_there() -> None:
    known = {one.id for one in english()}
    assert known >= {
        "holding-statement",
        "safety-instruction",
        "what-we-know-now",
        "apology-public",
        "compensation-notice",
        "victim-sympathy",
        "rumour-denial",
        "correction",
        "reply",
        "reply-vulnerable",
        "reply-bereaved",
        "reply-promise-broken",
        "reply-betrayal",
        "reply-urgent-need",
        "data-breach-notice",
        "product-recall",
        "rail-disruption",
        "air-disruption",
        "energy-outage",
        "bank-outage",
        "holding-people-hurt",
        "employee-update",
        "executive-internal-message",
        "press-statement",
        "spokesperson-brief",
        "press-reply",
        "recovery-offer",
        "follow-up",
        "closing-the-loop",
        "survey-paused",
    }
    assert len(known) >= 44


def test_every_channel_and_every_strategy_has_words() -> None:
    channels = {name for one in english() for name in one.variants}
    assert channels == {*CHANNELS}
    strategies = {name for one in english() for name in one.fits.get("strategy", ())}
    assert strategies >= {"instruct", "adjust", "deny", "diminish", "rebuild"}


@pytest.mark.parametrize("name", ["de", "fr", "es"])
def test_salutations_read_well_with_and_without_a_name(name: str) -> None:
    for one in texts("email", "letter"):
        if one.template.language == name:
            first = one.text.text.splitlines()[0]
            assert first.endswith((",", ":")), where(one)
            assert ("Ada Byron" in first) == one.examples, where(one)
