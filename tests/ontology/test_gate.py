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
from ontology.gate import Verdict, judge
from ontology.identity import Scope, ThingId
from ontology.judged import Proposed, context_of
from ontology.projection import project, resulting
from ontology.records import check
from ontology.schema import schema
from ontology.shape_files import ShapesInvalid, read_shapes, shapes

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


def shift_of(team: str, **times: str) -> Draft:
    return put("shift/x", ofTeam=team, **{**SHIFT, **times})


def consent(**properties: Any) -> Draft:
    given_ = {"ofCustomer": "customer/a", "purpose": "contact", **PERIOD, **properties}
    return put("consent/x", **given_)


def case(*relied: str) -> Draft:
    return put("case/x", ofCustomer="customer/a", reliesOn=[*relied])


def region(**properties: Any) -> Draft:
    return put(
        "region/x", **{"jurisdiction": "US-NY", "timeZone": "America/New_York", **properties}
    )


ROUND: dict[str, Json] = {"area": '{"type":"Point","coordinates":[0,0]}', "radius": 500.0}
FLAT: dict[str, Json] = {
    "area": '{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}'
}


def geofence(**properties: Any) -> Draft:
    return put("geofence/x", **{"name": "X", **properties})


def raw_region(**properties: Json) -> Draft:
    """A region whose values no reader of requests checked."""
    good: dict[str, Json] = {"jurisdiction": "US-NY", "timeZone": "America/New_York"}
    return event("record.put", "region/x", {"type": "Region", "properties": good | properties})


OWNED = "touchpoint/line"
MUTANTS: dict[str, list[Draft]] = {
    "touchpoint-owner": [
        put(OWNED, name="Line"),
        put(OWNED, name="Line", ownedBy=["team/care", "team/office"]),
        put(OWNED, name="Line", ownedBy="team/nobody"),
        removed("team/care"),
    ],
    "touchpoint-platform": [put(OWNED, name="L", ownedBy="team/care", usesPlatform="platform/x")],
    "touchpoint-reachable": [put(OWNED, name="Line", ownedBy="team/board")],
    "touchpoint-on-call": [put(OWNED, name="Line", ownedBy="team/office")],
    "team-next": [put("team/x", name="X", escalatesTo="team/nobody"), removed("team/office")],
    "team-top": [
        put("team/x", name="X"),
        put("team/x", name="X", escalatesTo="team/island"),
        put("team/x", name="X", atTier="crisis-team"),
        put("team/office", name="Office", escalatesTo="team/island"),
    ],
    "team-cycle": [
        put("team/office", name="Office", escalatesTo="team/care", atTier="board"),
        put("team/office", name="Office", escalatesTo="team/office"),
    ],
    "shift-period": [
        shift_of("team/care", endsAt="2026-11-22T07:00:00Z"),
        shift_of("team/care", endsAt="2026-11-22T08:00:00Z"),
    ],
    "shift-team": [shift_of("team/nobody")],
    "kpi-accountable": [
        put("kpi/x", name="X"),
        put("kpi/x", name="X", accountable=["team/care", "team/office"]),
        put("kpi/x", name="X", accountable="team/nobody"),
        removed("team/care"),
    ],
    "platform-fallback": [
        put("platform/x", name="X", fallback="platform/nowhere"),
        removed("platform/website"),
    ],
    "platform-end": [
        put("platform/x", name="X"),
        put("platform/x", name="X", lastResort=False),
        put("platform/speakers", name="Loudspeakers"),
    ],
    "platform-itself": [put("platform/x", name="X", fallback="platform/x")],
    "platform-cycle": [
        put("platform/website", name="Website", fallback="platform/social"),
        put("platform/website", name="Website", fallback="platform/social", lastResort=True),
    ],
    "feed-platform": [put("feed/x", observes="platform/nowhere")],
    "OpenIncident": [
        acted("incident/idle", "open"),
        put("incident/open", name="Open"),
        acted("incident/new", "open"),
    ],
    "incident-owner": [put("incident/open", topic=["brakes"], ownedBy="team/nobody")],
    "incident-region": [put("incident/open", inRegion=["region/nowhere"]), removed("region/ny")],
    "incident-platform": [put("incident/open", onPlatform=["platform/nowhere"])],
    "agreement-period": [
        put("agreement/x", topic="a", **{**PERIOD, "validUntil": "2025-01-01T00:00:00Z"}),
        put("agreement/x", topic="a", **{**PERIOD, "validUntil": PERIOD["validFrom"]}),
    ],
    "agreement-region": [put("agreement/x", topic="a", inRegion="region/nowhere")],
    "agreement-in-force": [
        put("feed/x", observes="platform/social", reliesOn=["agreement/past"]),
        put("feed/x", observes="platform/social", reliesOn=["agreement/later"]),
        put("feed/x", observes="platform/social", reliesOn=["agreement/nowhere"]),
        put("platform/x", name="X", lastResort=True, reliesOn=["agreement/now", "agreement/past"]),
    ],
    "consent-period": [consent(validUntil="2025-01-01T00:00:00Z")],
    "consent-withdrawal": [consent(withdrawnAt="2025-12-31T00:00:00Z")],
    "consent-customer": [consent(ofCustomer="customer/nobody")],
    "consent-opted-out": [consent(ofCustomer="customer/out", purpose="marketing")],
    "case-consent": [case("consent/offers"), case("consent/other")],
    "case-consent-withdrawn": [case("consent/gone")],
    "region-jurisdiction": [raw_region(jurisdiction="New York"), put("region/x", timeZone="UTC")],
    "region-time-zone": [raw_region(timeZone="EST 5"), put("region/x", jurisdiction="US")],
    "region-team": [region(localTeam="team/nobody")],
    "region-within": [region(withinRegion="region/nowhere")],
    "region-cycle": [region(withinRegion="region/x")],
    "geofence-area": [geofence(), geofence(radius=500.0)],
    "geofence-region": [geofence(**ROUND, inRegion="region/nowhere")],
    "geofence-team": [geofence(**ROUND, localTeam="team/nobody")],
    "geofence-period": [
        geofence(**ROUND, validFrom="2026-02-01T00:00:00Z", validUntil="2026-01-01T00:00:00Z")
    ],
    "incident-geofence": [put("incident/open", topic=["a"], inGeofence=["geofence/nowhere"])],
}
NEIGHBOURS: dict[str, list[Draft]] = {
    "touchpoint-owner": [put(OWNED, name="Line", ownedBy="team/care"), removed("team/island")],
    "touchpoint-platform": [
        put(OWNED, name="L", ownedBy="team/care", usesPlatform="platform/social")
    ],
    "touchpoint-reachable": [put(OWNED, name="Line", ownedBy="team/office")],
    "touchpoint-on-call": [put(OWNED, name="Line", ownedBy="team/care")],
    "team-next": [put("team/x", name="X", escalatesTo="team/care")],
    "team-top": [
        put("team/x", name="X", atTier="executive"),
        put("team/x", name="X", escalatesTo="team/care"),
        put("team/island", name="Island", atTier="board"),
    ],
    "team-cycle": [put("team/care", name="Care", escalatesTo="team/executive")],
    "shift-period": [shift_of("team/care"), shift_of("team/care", endsAt="2026-11-22T08:00:01Z")],
    "shift-team": [shift_of("team/island")],
    "kpi-accountable": [
        put("kpi/x", name="X", accountable="person/p", responsible=["team/care", "team/office"])
    ],
    "platform-fallback": [put("platform/x", name="X", fallback="platform/social")],
    "platform-end": [
        put("platform/x", name="X", lastResort=True),
        put("platform/x", name="X", fallback="platform/social"),
    ],
    "platform-itself": [put("platform/x", name="X", fallback="platform/speakers")],
    "platform-cycle": [put("platform/social", name="Social", fallback="platform/speakers")],
    "feed-platform": [put("feed/x", observes="platform/social")],
    "OpenIncident": [
        acted("incident/open", "open"),
        put("incident/open", ofAccount=["@mta"]),
        put("incident/open", inRegion=["region/us"]),
        put("incident/idle", name="Still no scope"),
        acted("incident/idle", "dismissed"),
    ],
    "incident-owner": [put("incident/open", topic=["brakes"], ownedBy="team/care")],
    "incident-region": [put("incident/open", inRegion=["region/us"])],
    "incident-platform": [put("incident/open", onPlatform=["platform/social"])],
    "agreement-period": [put("agreement/x", topic="a", **PERIOD), put("agreement/x", topic="a")],
    "agreement-region": [put("agreement/x", topic="a", inRegion="region/us")],
    "agreement-in-force": [
        put("feed/x", observes="platform/social", reliesOn=["agreement/now"]),
        put("agreement/now", topic="data", validUntil="2026-02-01T00:00:00Z"),
    ],
    "consent-period": [
        consent(),
        put(
            "consent/x",
            ofCustomer="customer/a",
            purpose="contact",
            validFrom="2026-01-01T00:00:00Z",
        ),
    ],
    "consent-withdrawal": [consent(withdrawnAt="2026-01-01T00:00:00Z")],
    "consent-customer": [consent(ofCustomer="customer/out")],
    "consent-opted-out": [
        consent(ofCustomer="customer/out", purpose="contact"),
        consent(purpose="marketing"),
        consent(
            ofCustomer="customer/out", purpose="marketing", withdrawnAt="2026-11-01T00:00:00Z"
        ),
    ],
    "case-consent": [case("consent/contact"), case("agreement/now"), case()],
    "case-consent-withdrawn": [case("consent/contact")],
    "region-jurisdiction": [region(), region(jurisdiction="GB-EAW"), region(jurisdiction="DE")],
    "region-time-zone": [
        region(),
        region(timeZone="UTC"),
        region(timeZone="America/Indiana/Knox"),
    ],
    "region-team": [region(localTeam="team/care")],
    "region-within": [region(withinRegion="region/us")],
    "region-cycle": [region(withinRegion="region/us")],
    "geofence-area": [geofence(**FLAT)],
    "geofence-region": [geofence(**FLAT, inRegion="region/us")],
    "geofence-team": [geofence(**ROUND, localTeam="team/care")],
    "geofence-period": [
        geofence(**ROUND, validFrom="2026-01-01T00:00:00Z", validUntil="2026-02-01T00:00:00Z")
    ],
    "incident-geofence": [put("incident/open", topic=["a"], inGeofence=["geofence/here"])],
}


def fired(verdict: Verdict) -> set[str]:
    return {result.shape for result in verdict.results}


def pairs(table: Mapping[str, list[Draft]]) -> list[tuple[str, Draft]]:
    return [(shape, draft) for shape, drafts in table.items() for draft in drafts]


@pytest.mark.parametrize(("shape", "mutant"), pairs(MUTANTS))
def test_a_shape_fires_on_its_mutants(shape: str, mutant: Draft) -> None:
    found = [r for r in judge(WORLD, [mutant], AT).results if r.shape == shape]
    assert found
    assert all(r.message and r.focus and r.source.startswith("ontology/shapes/") for r in found)


@pytest.mark.parametrize(("shape", "neighbour"), pairs(NEIGHBOURS))
def test_a_shape_stays_quiet_on_its_neighbours(shape: str, neighbour: Draft) -> None:
    assert shape not in fired(judge(WORLD, [neighbour], AT))


def test_every_shape_with_words_has_mutants_and_neighbours() -> None:
    told = {name for name, place in shapes().lines.items() if "sh:message" in _block(place)}
    assert told == set(MUTANTS) == set(NEIGHBOURS)


def _block(place: str) -> str:
    name, _, line = place.partition(":")
    text = files("ontology").joinpath(name.removeprefix("ontology/")).read_text(encoding="utf-8")
    return "\n".join(text.splitlines()[int(line) - 1 :]).partition("\n\n")[0]


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
    relying = WORLD.after(case("consent/contact"))
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


def test_only_the_candidate_is_judged_not_its_neighbours_in_the_context() -> None:
    verdict = judge(WORLD, [put("touchpoint/x", name="X", ownedBy="team/island")], AT)
    assert {r.focus for r in verdict.results} == {"touchpoint/x"}


def test_many_threads_get_the_verdicts_that_one_gets() -> None:
    cases = [draft for drafts in (*MUTANTS.values(), *NEIGHBOURS.values()) for draft in drafts][
        :24
    ]
    alone = [judge(WORLD, [draft], AT).results for draft in cases]
    with ThreadPoolExecutor(8) as pool:
        together = [*pool.map(lambda draft: judge(WORLD, [draft], AT).results, cases)]
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
