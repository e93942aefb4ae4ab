from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontology import vocabulary as v
from ontology.events import Draft, Json
from ontology.gate import judge
from ontology.identity import Scope, ThingId
from ontology.imagined import Imagined
from ontology.judged import Proposed, context_of
from ontology.paths import Rivals, unlike
from ontology.projection import project, resulting
from ontology.records import check
from ontology.schema import schema
from ontology.shape_cases import ShapeTable
from ontology.shape_engines import GateEngine, evaluate
from ontology.shape_files import ShapesInvalid, read_shapes, shapes
from tests.ontology.test_shape_cases import TABLES

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class Known:
    """A graph in a dictionary, every thing of it at version 7."""

    things: dict[ThingId, tuple[ox.Quad, ...]] = field(default_factory=dict)

    def owned(self, thing: ThingId) -> Sequence[ox.Quad]:
        return self.things.get(thing, ())

    def quads(self, thing: ThingId) -> Iterable[ox.Quad]:
        return [q for q in self.owned(thing) if q.subject == v.thing(thing)]

    def quads_to(self, predicate: ox.NamedNode, thing: ThingId) -> Iterable[ox.Quad]:
        node, everything = v.thing(thing), self.things.values()
        return [q for of in everything for q in of if (q.predicate, q.object) == (predicate, node)]

    def unlike(self, path: Rivals, thing: ThingId, known: frozenset[object]) -> set[ThingId]:
        return unlike(self, path, thing, known)

    @property
    def sequence(self) -> int:
        return 9

    def versions(self, scopes: Iterable[Scope], known: int) -> Mapping[Scope, int]:
        assert known == self.sequence
        return {scope: 7 if ThingId(scope) in self.things else 0 for scope in scopes}

    def after(self, *drafts: Draft) -> "Known":
        things = dict(self.things)
        for draft in drafts:
            change = project(draft.type, draft.subject, draft.data)
            if change is not None:
                things[draft.subject] = resulting(change, things.get(draft.subject, ()))
        return Known(things={thing: quads for thing, quads in things.items() if quads})


def event(type_: str, subject: str, data: Mapping[str, Json], *, governed: bool = True) -> Draft:
    return Draft(
        id="event/1",
        type=type_,
        subject=ThingId(subject),
        actor=ThingId("person/a"),
        occurred_at=AT,
        data=data,
        governed=governed,
    )


def put(subject: str, **properties: Any) -> Draft:
    name = schema().kinds[subject.partition("/")[0]].name
    return event("record.put", subject, check(name, properties, id=subject).data())


def removed(subject: str) -> Draft:
    return event("record.removed", subject, {})


def acted(subject: str, to: str, **properties: Json) -> Draft:
    return event("thing.acted", subject, {"to": to, "properties": properties})


PERIOD = {"validFrom": "2026-01-01T00:00:00Z", "validUntil": "2027-01-01T00:00:00Z"}
SHIFT = {"startsAt": "2026-11-22T08:00:00Z", "endsAt": "2026-11-22T20:00:00Z"}
STANDING = (
    put("team/board", name="Board", atTier="board"),
    put("team/executive", name="Executive", atTier="executive", escalatesTo="team/board"),
    put("team/office", name="Office", escalatesTo="team/executive"),
    put("team/care", name="Care", escalatesTo="team/office"),
    put("team/island", name="Island"),
    put("shift/care", ofTeam="team/care", **SHIFT),
    put("platform/speakers", name="Loudspeakers", lastResort=True),
    put("platform/website", name="Website", fallback="platform/speakers"),
    put("platform/social", name="Social", fallback="platform/website"),
    put("touchpoint/line", name="Help line", ownedBy="team/care"),
    put("region/us", name="US", jurisdiction="US", timeZone="America/New_York"),
    put("region/ny", jurisdiction="US-NY", timeZone="America/New_York"),
    put("geofence/here", name="Here", area='{"type":"Point","coordinates":[0,0]}', radius=500.0),
    put("incident/ny", inRegion=["region/ny"]),
    put("kpi/answer", name="First answer", accountable="team/care"),
    put("customer/a", optedOut=False),
    put("customer/out", optedOut=True),
    put("person/p"),
    put("agreement/now", topic="data", **PERIOD),
    put("agreement/past", topic="data", validUntil="2026-02-01T00:00:00Z"),
    put("agreement/later", topic="data", validFrom="2026-12-01T00:00:00Z"),
    put("consent/contact", ofCustomer="customer/a", purpose="contact", **PERIOD),
    put("consent/offers", ofCustomer="customer/a", purpose="marketing", **PERIOD),
    put("consent/other", ofCustomer="customer/out", purpose="contact", **PERIOD),
    put(
        "consent/gone",
        ofCustomer="customer/a",
        purpose="contact",
        withdrawnAt="2026-11-01T00:00:00Z",
        **PERIOD,
    ),
    put("incident/open", name="Open", topic=["brakes"]),
    acted("incident/open", "open"),
    put("incident/idle", name="No scope yet"),
    acted("incident/idle", "candidate"),
)
WORLD = Known().after(*STANDING)


OWNED = "touchpoint/line"


def test_the_world_of_these_tests_breaks_only_what_it_means_to() -> None:
    assert not judge(WORLD, [put("customer/new")], AT).results
    again = [draft for draft in STANDING if draft.subject != "team/island"]
    refused = [d.subject for d in again if judge(WORLD, [d], AT).refused]
    assert refused == []


def test_a_result_says_shape_severity_words_path_value_focus_and_line() -> None:
    (result,) = judge(WORLD, [put("touchpoint/line", name="L", ownedBy="team/nobody")], AT).results
    assert (result.shape, result.severity) == ("touchpoint-owner", "Violation")
    assert result.message.startswith("A touchpoint has exactly one owner: set ownedBy to one team")
    assert (result.path, result.value) == ("ownedBy", "team/nobody")
    assert result.focus == "touchpoint/line"
    file, _, line = result.source.partition(":")
    assert file == "ontology/shapes/ownership.ttl"
    text = files("ontology").joinpath("shapes/ownership.ttl").read_text(encoding="utf-8")
    assert text.splitlines()[int(line) - 1].startswith("shape:touchpoint-owner ")


def test_a_complex_path_is_told_in_words() -> None:
    found = judge(WORLD, [put("team/x", name="X")], AT).results
    assert [r.path for r in found] == ["escalatesTo*/atTier"]


def test_a_warning_does_not_refuse() -> None:
    verdict = judge(WORLD, [put(OWNED, name="Line", ownedBy="team/office")], AT)
    assert [r.severity for r in verdict.results] == ["Warning"]
    assert not verdict.refused


def test_what_is_in_force_depends_on_the_moment_of_the_judgement() -> None:
    draft = put("feed/x", observes="platform/social", reliesOn=["agreement/later"])
    assert judge(WORLD, [draft], AT).refused
    assert not judge(WORLD, [draft], datetime(2026, 12, 2, tzinfo=UTC)).refused


def test_several_drafts_are_judged_together() -> None:
    both = [
        put("platform/y", name="Y", lastResort=True),
        put("platform/x", name="X", fallback="platform/y"),
    ]
    assert judge(WORLD, both[1:], AT).refused
    assert not judge(WORLD, both, AT).refused


def test_a_change_is_not_blamed_for_what_was_broken_before() -> None:
    broken = WORLD.after(
        put("touchpoint/other", name="Other", ownedBy=["team/care", "team/board"])
    )
    renamed = put("team/care", name="Customer care", escalatesTo="team/office")
    assert not judge(broken, [renamed], AT).refused
    assert judge(broken, [removed("team/care")], AT).refused


def test_an_escalation_is_never_refused_for_what_was_broken_before() -> None:
    broken = WORLD.after(removed("region/ny"))
    assert not judge(broken, [acted("incident/ny", "candidate", tier="executive")], AT).results
    assert judge(
        broken, [acted("incident/ny", "candidate"), put("incident/ny", inRegion=["region/ny"])], AT
    ).refused


def test_a_withdrawn_consent_is_never_refused_for_the_sake_of_a_case() -> None:
    relying = WORLD.after(put("case/x", ofCustomer="customer/a", reliesOn=["consent/contact"]))
    withdrawn = put(
        "consent/contact",
        ofCustomer="customer/a",
        purpose="contact",
        withdrawnAt="2026-11-22T11:00:00Z",
        **PERIOD,
    )
    assert not judge(relying, [withdrawn], AT).refused


@pytest.mark.parametrize(
    "draft",
    [
        event("decision.made", "decision/a", {"decision": {}}, governed=False),
        event("segment.committed", "segment/a", {}, governed=False),
        event("thing.acted", "decision/a", {"to": "overridden", "properties": {}}),
        event("thing.acted", "alert/a", {"to": "escalated", "properties": {}}),
        event("policy.activated", "policy/active", {"digest": "0"}),
        put("person/a"),
    ],
)
def test_decisions_signals_and_escalations_are_never_judged(draft: Draft) -> None:
    verdict = judge(WORLD, [draft], AT)
    assert not verdict.results
    assert not verdict.scopes


def test_standing_an_incident_down_or_up_is_not_refused() -> None:
    raised = acted("incident/open", "open", tier="executive")
    assert not judge(WORLD, [raised], AT).results


def test_the_verdict_names_all_things_that_were_read_with_their_versions() -> None:
    verdict = judge(WORLD, [put("touchpoint/new", name="N", ownedBy="team/care")], AT)
    assert verdict.scopes == {
        "touchpoint/new": 0,
        "team/care": 7,
        "team/office": 7,
        "shift/care": 7,
    }


def test_the_verdict_names_absent_things_that_it_looked_for() -> None:
    verdict = judge(WORLD, [put("touchpoint/new", name="N", ownedBy="team/nobody")], AT)
    assert verdict.scopes[Scope("team/nobody")] == 0


def test_two_changes_that_are_fine_only_alone_share_a_scope() -> None:
    owning = judge(WORLD, [put("touchpoint/new", name="N", ownedBy="team/island")], AT)
    removing = judge(WORLD, [removed("team/island")], AT)
    # Whichever is appended second expects a version of a scope that the first one moves.
    assert Scope("team/island") in owning.scopes
    assert Scope("team/island") in owning.touches
    assert removing.touches <= {Scope("team/island")}
    moved_by_owning = owning.touches | {Scope("touchpoint/new")}
    expected_by_removing = {*removing.scopes, Scope("team/island")}
    assert moved_by_owning & expected_by_removing


def test_accounts_and_customers_do_not_move_what_they_refer_to() -> None:
    drafts = [
        put("account/a", onPlatform="platform/social"),
        put("customer/a", affectedBy=["incident/open"]),
    ]
    assert judge(WORLD, drafts, AT).touches == set()


def test_the_context_holds_what_the_paths_reach_and_nothing_else() -> None:
    proposed = Proposed.of(WORLD, [put("touchpoint/line", name="L", ownedBy="team/care")])
    context = context_of(shapes(), proposed, [ThingId("touchpoint/line")])
    assert context.types == {"Touchpoint"}
    assert {q.subject for q in context.quads} <= {v.thing(t) for t in context.things}
    assert v.thing(ThingId("team/executive")) not in {q.subject for q in context.quads}


def moment(at: datetime) -> tuple[ox.Quad, ...]:
    literal = ox.Literal(at.isoformat(), datatype=v.standard(v.XSD, "dateTime"))
    return (ox.Quad(v.JUDGEMENT_NODE, v.JUDGED_AT, literal),)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.file))
def test_what_the_context_leaves_out_would_change_no_judgement(table: ShapeTable) -> None:
    known, shared = shapes(), [draft for one in TABLES if not one.cases for draft in one.given]
    for case in table.cases:
        drafts = [*shared, *table.given, *case.change]
        graph = Imagined().after(drafts)
        context = context_of(known, graph, [draft.subject for draft in case.change])
        everything = {quad for draft in drafts for quad in graph.owned(draft.subject)}
        found = [
            evaluate(known, context.types, (*quads, *moment(case.at)), GateEngine.FAST).results
            for quads in (context.quads, context.quads | everything)
        ]
        assert {one.key for one in found[0]} == {one.key for one in found[1]}, case.note


def test_of_what_claims_something_on_a_topic_only_what_differs_is_context() -> None:
    def thing(kind: str, name: str, **said: Json) -> Draft:
        return event("record.put", f"{kind.lower()}/{name}", {"type": kind, "properties": said})

    claims = [
        thing(
            "Claim",
            name,
            claimTopic="claim-topic/hurt",
            ofMessage=f"message/{name}",
            polarity=polarity,
        )
        for name, polarity in (("mine", "denied"), ("same", "denied"), ("other", "affirmed"))
    ]
    messages = [thing("Message", name, state="live") for name in ("mine", "same", "other")]
    for standing, changed in (((), claims), (claims, ()), (claims, claims)):
        proposed = Proposed.of(Known().after(*standing), [*messages, *changed])
        context = context_of(shapes(), proposed, [ThingId("message/mine")])
        assert {"claim/other", "message/other", "claim-topic/hurt"} <= context.things
        assert not {"claim/same", "message/same"} & context.things


def test_only_the_candidate_is_judged_not_its_neighbours_in_the_context() -> None:
    verdict = judge(WORLD, [put("touchpoint/x", name="X", ownedBy="team/island")], AT)
    assert {r.focus for r in verdict.results} == {"touchpoint/x"}


def test_many_threads_get_the_verdicts_that_one_gets() -> None:
    cases = [case.change for table in TABLES for case in table.cases][::8]
    alone = [judge(WORLD, change, AT).results for change in cases]
    with ThreadPoolExecutor(8) as pool:
        together = [*pool.map(lambda change: judge(WORLD, change, AT).results, cases)]
    assert together == alone


TEAMS = [f"team/t{n}" for n in range(5)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.sampled_from([None, *TEAMS]), min_size=5, max_size=5),
    st.sets(st.sampled_from(TEAMS)),
)
def test_escalation_is_refused_exactly_where_following_it_fails(
    following: list[str | None], tops: set[str]
) -> None:
    chain = dict(zip(TEAMS, following, strict=True))
    drafts = [
        put(
            t,
            name=t,
            **{"escalatesTo": n} if n else {},
            **{"atTier": "board"} if t in tops else {},
        )
        for t, n in chain.items()
    ]
    refused = {r.focus for r in judge(Known(), drafts, AT).results}
    assert refused == {team for team in TEAMS if not _leads_up(team, chain, tops)}


def _leads_up(team: str, chain: Mapping[str, str | None], tops: set[str]) -> bool:
    seen: list[str] = []
    here: str | None = team
    while here is not None and here not in seen:
        seen.append(here)
        here = chain[here]
    return here != team and any(one in tops for one in seen)


HEAD = b"""@prefix attune: <https://attune.example/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://attune.example/shapes#> .
shape:T a sh:NodeShape ; sh:targetClass attune:CandidateTeam ;
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            b"sh:sparql shape:q .\nshape:q sh:select 'SELECT *' ; sh:message 'm' .",
            "attune:reads",
        ),
        (b"sh:sparql [ sh:select 'SELECT $this WHERE {}' ] .", "without a name"),
        (b"sh:property [ sh:path attune:name ; sh:minCount 1 ] .", "without a name"),
        (b"sh:property shape:p .\nshape:p sh:path attune:name ; sh:minCount 1 .", "no sh:message"),
        (b"sh:property shape:p .\nshape:p sh:path 'x' ; sh:message 'm' .", "no property path"),
        (
            b"sh:sparql shape:q .\nshape:q sh:message 'm' ; sh:severity sh:Info .",
            "only on the shape around it",
        ),
        (b"sh:targetClass attune:Team .", "attune:CandidateTeam"),
        (b"sh:property .", "not Turtle"),
    ],
)
def test_shapes_that_cannot_be_judged_soundly_are_refused(text: bytes, words: str) -> None:
    with pytest.raises(ShapesInvalid) as refusal:
        read_shapes({"mine.ttl": HEAD + text})
    assert words in str(refusal.value)
    assert "mine.ttl" in str(refusal.value)
