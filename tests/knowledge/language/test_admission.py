"""What a message discloses: who says it, how firmly, where it stands, and what nobody read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.language import admission, disclosure_labels
from knowledge.language.admission import read
from knowledge.language.findings import Disclosure, Finding
from knowledge.language.sentences import LONGEST

LAW = settings(deadline=None)  # the first example reads the rules
SENTENCES = [one.text for one in disclosure_labels.sentences()]
APART = "The hall is painted green."


def faults(text: str, *own: str) -> list[str]:
    return [one.kind for one in read(text, "en", own).findings if one.about == "fault"]


def counted(disclosure: Disclosure) -> list[tuple[str, str, str, int, int]]:
    return [(one.about, one.kind, one.rule, one.start, one.end) for one in disclosure.findings]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We failed to maintain the brakes.", "own-fault"),
        ("We did not test the update.", "omission"),
        ("We should have called you.", "hindsight"),
        ("It was our mistake.", "presupposed"),
        ("We take full responsibility for the accident.", "responsibility"),
        ("One of our drivers caused the delay.", "own-fault"),
        ("We cannot deny that we ignored the warning.", "own-fault"),
        ("If you were on ward 4, we owe you this: we knew about the water.", "own-fault"),
        ("They say that we knew about the crack. They are right.", "own-fault"),
        ('"We misled you," our chief executive said.', "own-fault"),
        ("We rushed the launch and ignored the warnings.", "own-fault"),
    ],
)
def test_fault_of_the_first_person_counts(text: str, kind: str) -> None:
    assert kind in faults(text)
    assert read(text, "en").fault


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("We have not caused the fire.", {"denied"}),
        ("It is not true that we ignored the warning.", {"denied"}),
        ("There is no evidence that we failed to act.", {"denied"}),
        ("We are investigating whether we missed a step.", set()),
        ("We are investigating whether we failed to act.", {"investigative"}),
        ("If we failed to act, we will say so.", {"conditional"}),
        ("We may have misread your meter.", {"conditional"}),
        ("We will never let you down.", {"commitment", "denied"}),
        ("The union says we caused the delay.", {"quoted"}),
        ("We caused the delay, the union says.", {"quoted"}),
        ('A customer wrote: "We know that you lied and we caused it."', {"quoted"}),
        ("Did we fail to maintain the brakes?", {"question"}),
        ("The contractor failed to check the points.", set()),
        ("Our brakes failed.", set()),
        ("We are sorry for what you went through.", set()),
        ("Our error rate is published.", set()),
        ("We take our responsibility for safety seriously.", set()),
        ("As soon as we knew about the leak, we closed the valve.", {"conditional"}),
        ("We lost power at six.", set()),
    ],
)
def test_what_is_denied_open_quoted_asked_or_of_others_does_not_count(
    text: str, kinds: set[str]
) -> None:
    assert not read(text, "en").fault
    assert set(faults(text)) <= kinds
    assert not kinds or faults(text)


def test_the_own_name_is_the_first_person_and_its_possessive_is_ours() -> None:
    assert faults("Corvane failed to act.") == []
    assert faults("Corvane failed to act.", "Corvane") == ["own-fault"]
    assert faults("Corvane's supplier failed to act.", "Corvane") == []
    assert faults("Halden Rail's negligence caused it.", "Halden Rail")


@pytest.mark.parametrize(
    ("text", "shifts"),
    [
        ("You should have heard it from us.", False),
        ("You should have heard this from us, not from the news.", False),
        ("We are sorry. You should have been told at eight.", False),
        ("Passengers should have got an answer within a day.", False),
        ("You should have been able to rely on us.", False),
        ("You should have read the notice.", True),
        ("Passengers should have checked the website.", True),
        ("You should have been more careful.", True),
        ("You should have heard the announcement.", True),
        ("Customers should have received our letter.", True),
    ],
)
def test_what_people_were_owed_is_no_reproach_and_what_they_should_have_done_is(
    text: str, *, shifts: bool
) -> None:
    assert read(text, "en").non_apology is shifts


@pytest.mark.parametrize(
    ("text", "harm"),
    [
        ("Families have been without heating for two nights.", True),
        ("We can hear how frightening that was for you.", True),
        ("The power was off for two nights.", False),
        ("Nobody was hurt.", False),
        ("If a passenger was hurt, call us.", False),
        ("Was anybody hurt?", False),
        ("We are sorry for what you went through.", False),
    ],
)
def test_harm_is_acknowledged_where_it_and_the_people_are_named(text: str, *, harm: bool) -> None:
    assert read(text, "en").harm is harm


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Sorry if anyone was offended.", "shifting"),
        ("We are sorry you feel that way.", "shifting"),
        ("Mistakes were made.", "vague-passive"),
        ("Only a small number of passengers were hurt.", "minimising"),
        ("Your ticket has been closed.", "careless-speed"),
    ],
)
def test_a_non_apology_is_named_by_its_class(text: str, kind: str) -> None:
    found = read(text, "en")
    assert found.non_apology
    assert kind in {one.kind for one in found.findings if one.about == "non-apology"}


def test_mistakes_whose_owner_is_named_are_no_non_apology() -> None:
    found = read("Mistakes were made, and they were our mistakes.", "en")
    assert (found.fault, found.non_apology) == (True, False)


def test_a_suggestion_names_what_the_sentence_is_about() -> None:
    (found,) = read("We failed to maintain the brakes.", "en").findings
    assert found.suggestion == "The brakes failed; we are investigating why."


@LAW
@given(st.sampled_from(SENTENCES))
def test_no_suggestion_admits_fault_or_is_a_non_apology(text: str) -> None:
    for one in read(text, "en", disclosure_labels.OWN).findings:
        if one.suggestion is not None:
            again = read(one.suggestion, "en")
            assert not again.fault, one.suggestion
            assert not again.non_apology, one.suggestion


@LAW
@given(st.sampled_from(SENTENCES))
def test_each_finding_lies_within_its_sentence_and_says_why(text: str) -> None:
    for one in read(text, "en").findings:
        start = text.index(one.sentence)
        assert start <= one.start < one.end <= start + len(one.sentence)
        assert one.rule
        assert one.why
        assert one.counts or one.suggestion is None


@LAW
@given(st.sampled_from(SENTENCES))
def test_shouting_changes_nothing(text: str) -> None:
    assert counted(read(text.upper(), "en")) == counted(read(text, "en"))


@LAW
@given(st.sampled_from(SENTENCES))
def test_curly_quotes_change_nothing(text: str) -> None:
    curly = text.replace("'", "\u2019").replace('"', "\u201c")
    assert counted(read(curly, "en")) == counted(read(text, "en"))


@LAW
@given(st.sampled_from(SENTENCES))
def test_an_unrelated_sentence_after_it_changes_no_finding(text: str) -> None:
    alone = counted(read(text, "en"))
    assert counted(read(f"{text} {APART}", "en")) == alone
    assert counted(read(f"{text}\n\n{APART}", "en")) == alone


@LAW
@given(st.sampled_from(SENTENCES))
def test_an_unrelated_sentence_before_it_only_moves_what_is_found(text: str) -> None:
    moved = len(APART) + 1
    alone = [(*one[:3], one[3] + moved, one[4] + moved) for one in counted(read(text, "en"))]
    assert counted(read(f"{APART} {text}", "en")) == alone


@LAW
@given(st.text(max_size=400))
def test_whatever_is_typed_is_read(text: str) -> None:
    found = read(text, "en")
    assert all(0 <= one.start <= one.end <= len(text) for one in found.findings)


@LAW
@given(
    st.lists(st.sampled_from(["we", "not", "if", ",", ".", '"', "failed", "you", "?", "\u0130"]))
)
def test_whatever_is_said_is_read(words: list[str]) -> None:
    text = " ".join(words)
    found = read(text, "en")
    assert all(text[one.start : one.end] for one in found.findings)


def test_another_language_is_not_judged_and_never_nothing_found() -> None:
    for text, language in (
        ("Wir haben die Bremsen nicht gewartet.", "de"),
        ("Wir haben die Bremsen nicht gewartet und alles vertuscht.", "en"),
        ("Nous avons commis une faute.", "fr"),
    ):
        found = read(text, language)
        assert (found.harm, found.fault, found.non_apology) == (None, None, None)
        assert found.admission == "not-judged"
        assert found.needs_person


def test_a_foreign_sentence_among_english_ones_is_named_and_needs_a_person() -> None:
    foreign = "Wir haben die Bremsen drei Jahre lang nicht geprüft."
    found = read(f"We are sorry. {foreign}", "en", screen=Quiet())
    assert found.fault is False
    assert [found_text(found, one) for one in found.unread] == [foreign]
    assert found.admission == "not-judged"


def found_text(found: Disclosure, place: tuple[int, int]) -> str:
    assert found.language == "en"
    return "We are sorry. Wir haben die Bremsen drei Jahre lang nicht geprüft."[slice(*place)]


def test_what_is_beyond_the_longest_text_is_unread_and_needs_a_person() -> None:
    text = APART + " " * LONGEST + "We failed you."
    found = read(text, "en", screen=Quiet())
    assert (found.fault, found.admission) == (False, "not-judged")
    assert found.unread == ((LONGEST, len(text)),)


def test_what_is_beyond_the_most_sentences_is_unscreened_and_needs_a_person() -> None:
    found = read("All is well. " * (admission.MOST_SCREENED + 1), "en", screen=Quiet())
    assert len(found.unread) == 1
    assert found.admission == "not-judged"


class Quiet:
    """A screen that suspects nothing."""

    likely = 0.0

    def probabilities(
        self, texts: Sequence[str], own: Sequence[str] = ()
    ) -> Sequence[Mapping[str, float]]:
        assert isinstance(own, Sequence)
        return [dict.fromkeys(("harm", "fault", "non_apology"), self.likely) for _ in texts]


class Alarmed(Quiet):
    """A screen that suspects everything."""

    likely = 0.9


def test_without_a_screen_nothing_found_is_not_nothing_admitted() -> None:
    assert read(APART, "en").admission == "not-judged"
    assert read(APART, "en", screen=Quiet()).admission == "none"
    assert read("Families froze for two nights.", "en", screen=Quiet()).admission == "harm"


def test_what_the_screen_suspects_needs_a_person_and_is_named() -> None:
    found = read(f"{APART} We failed you.", "en", screen=Alarmed())
    assert found.admission == "fault"
    suspected = [one.sentence for one in found.suspicions if one.about == "fault"]
    assert suspected == [APART]
    assert read(APART, "en", screen=Alarmed()).admission == "not-judged"


@pytest.mark.parametrize("word", ["we ", "we failed ", "sorry if ", '" ', ". ", "people hurt "])
def test_twice_the_text_takes_about_twice_the_work(word: str) -> None:
    def work(size: int) -> int:
        from sys import setprofile

        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        setprofile(count)
        try:
            read((word * size)[:size], "en")
        finally:
            setprofile(None)
        return calls

    read(word, "en")
    assert work(4_000) < 2.6 * work(2_000)


def test_the_rules_are_read_from_the_package_whatever_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read("We failed you.", "en").fault


def test_thresholds_are_named_for_each_label() -> None:
    assert set(admission.THRESHOLDS) == set(disclosure_labels.LABELS)
    assert isinstance(read("We failed you.", "en").findings[0], Finding)
