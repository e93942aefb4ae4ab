"""Picking: the same in any order; the most specific; every no has its reasons."""

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.channels import CHANNELS, Limits
from rules.picking import MOST_TOLD, Wanted, mismatches, pick, speaks
from rules.rule import Effective
from rules.template import Template, Variant
from tests.rules.examples import quick

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def template(name: str, **more: object) -> Template:
    channels = more.pop("channels", ("email",))
    assert isinstance(channels, tuple)
    variants = {
        one: Variant(
            channel=one, title=None, text="Hello", limits=Limits(), slots=frozenset(), line=1
        )
        for one in channels
    }
    plain = Template(
        id=name,
        title=name,
        use="Always.",
        owner="team/a",
        collection="tried",
        locale="en",
        fits={},
        when={},
        purpose="answer",
        needs=(),
        aims=(),
        effective=Effective(),
        slots={},
        variants=MappingProxyType(variants),
        file="tried.yaml",
        line=1,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # as the tests say


def wanted(**more: object) -> Wanted:
    return replace(Wanted(at=NOW, locale="en"), **more)  # type: ignore[arg-type]  # as above


def picked(templates: list[Template], asked: Wanted) -> str | None:
    found = pick(templates, asked).template
    return found.id if found is not None else None


KNOWN = wanted(
    fits={
        "strategy": frozenset({"instruct", "adjust", "rebuild"}),
        "tier": frozenset({"specialist"}),
        "kind": frozenset({"reply"}),
    },
    situation={"detection": frozenset({"betrayal"}), "person": frozenset({"bereaved"})},
    channels=frozenset({"email"}),
)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"when": {"detection": ("betrayal",)}}, {"fits": {"strategy": ("rebuild",)}}),
        (
            {"when": {"person": ("bereaved",)}, "fits": {"strategy": ("instruct", "adjust")}},
            {"when": {"detection": ("betrayal",)}, "fits": {"strategy": ("rebuild",)}},
        ),
        ({"fits": {"strategy": ("rebuild",)}}, {"fits": {"strategy": ("adjust",)}}),
        ({"fits": {"tier": ("specialist",), "kind": ("reply",)}}, {"fits": {"kind": ("reply",)}}),
        (
            {"fits": {"tier": ("specialist",)}},
            {"fits": {"tier": ("specialist", "executive", "board")}},
        ),
        ({"fits": {"kind": ("reply",)}}, {}),
    ],
)
def test_the_more_specific_one_is_picked(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    assert picked([template("a", **worse), template("b", **better)], KNOWN) == "b"


def test_equals_go_by_id() -> None:
    assert picked([template("b"), template("a")], KNOWN) == "a"


def test_who_asks_by_name_gets_it_where_it_fits() -> None:
    both = [template("a", when={"detection": ("betrayal",)}), template("b")]
    assert picked(both, replace(KNOWN, named="b")) == "b"
    barred = [both[0], template("b", fits={"kind": ("statement",)})]
    assert picked(barred, replace(KNOWN, named="b")) == "a"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"channels": ("sms",)}, "it has no wording for email, only for sms"),
        ({"locale": "de"}, "it is written in de, wanted is en"),
        ({"fits": {"strategy": ("deny",)}}, "it follows deny; the decision says adjust, instruct"),
        ({"fits": {"tier": ("board",)}}, "tier: it is for board; here it is specialist"),
        ({"when": {"task": ("recall",)}}, "it is only for task recall"),
        ({"effective": Effective(end=NOW)}, "it is not in force at this moment"),
        ({"purpose": "marketing"}, "the decision forbids marketing-contact"),
        ({"needs": ("legal-clearance",)}, "the decision forbids fault-admission"),
    ],
)
def test_every_no_has_its_reason(more: dict[str, object], told: str) -> None:
    barred = frozenset({"marketing-contact", "fault-admission"})
    asked = replace(KNOWN, situation={"prohibition": barred})
    (passed,) = pick([template("a", **more)], asked).passed
    assert any(told in one for one in passed.reasons), passed.reasons


def test_where_nothing_fits_the_nearest_comes_first() -> None:
    far = template("a", fits={"tier": ("board",), "kind": ("statement",)})
    near = template("b", fits={"tier": ("board",)})
    found = pick([far, near], KNOWN)
    assert found.template is None
    assert [one.template.id for one in found.passed] == ["b", "a"]


def test_what_fits_but_is_passed_over_says_what_was_better() -> None:
    (passed,) = pick([template("a"), template("b", fits={"kind": ("reply",)})], KNOWN).passed
    assert passed.fits
    assert passed.reasons == ("it fits, but b is made for more of what was asked",)


def test_what_is_worded_for_the_place_goes_before_its_equals_only() -> None:
    there = replace(KNOWN, local=frozenset({"b"}))
    assert picked([template("a"), template("b")], there) == "b"
    assert picked([template("a", when={"detection": ("betrayal",)}), template("b")], there) == "a"


def test_a_dimension_that_nobody_stated_bars_nothing() -> None:
    assert picked([template("a", fits={"touchpoint": ("phone",)})], KNOWN) == "a"


@pytest.mark.parametrize(
    ("locale", "asked", "fits"),
    [("en", "en", True), ("en", "en-GB", True), ("en-GB", "en", False), ("de", "en", False)],
)
def test_a_language_serves_its_regions_and_a_region_only_itself(
    locale: str,
    asked: str,
    fits: bool,  # noqa: FBT001 - what the case wants
) -> None:
    assert speaks(locale, asked) is fits


DIMENSIONS = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.sampled_from([("specialist",), ("board",), ("specialist", "board")]),
        "strategy": st.sampled_from([("adjust",), ("rebuild",), ("deny",)]),
        "kind": st.sampled_from([("reply",), ("statement",)]),
    },
)
CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "detection": st.sampled_from([("betrayal",), ("surge",)]),
        "person": st.sampled_from([("bereaved",), ("minor",)]),
    },
)
ONE = st.builds(
    lambda fits, when, channels: {"fits": fits, "when": when, "channels": channels},
    DIMENSIONS,
    CONDITIONS,
    st.sampled_from([("email",), ("sms",), ("email", "sms")]),
)


@quick
@given(st.lists(ONE, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_the_order_in_which_templates_come_changes_nothing(
    rows: list[dict[str, object]], random: object
) -> None:
    templates = [template(f"t{at}", **row) for at, row in enumerate(rows)]
    first = pick(templates, KNOWN)
    shuffled = [*templates]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    assert pick(shuffled, KNOWN) == first


@quick
@given(st.lists(ONE, max_size=14))
def test_what_is_picked_fits_and_nothing_is_lost(rows: list[dict[str, object]]) -> None:
    templates = [template(f"t{at}", **row) for at, row in enumerate(rows)]
    found = pick(templates, KNOWN)
    fitting = [one for one in templates if not mismatches(one, KNOWN)]
    assert (found.template is None) == (not fitting)
    if found.template is not None:
        assert found.template in fitting
        best = max(len(one.when) for one in fitting)
        assert len(found.template.when) == best
    told = len(found.passed) + found.more + (found.template is not None)
    assert told == len(templates)
    assert len(found.passed) <= MOST_TOLD
    assert all(one.reasons for one in found.passed)


def test_every_channel_has_touchpoints_or_a_way_of_its_own() -> None:
    assert all(one.touchpoints or one.means in {"press", "intranet"} for one in CHANNELS.values())
