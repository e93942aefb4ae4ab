import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge import snapshots
from knowledge.graph import Graph
from knowledge.triples import QueryRefused
from ontology import vocabulary as v
from ontology.events import Event, Json
from ontology.identity import Scope, ThingId, kind_of
from ontology.records import check
from ontology.schema import schema

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
ADA = ThingId("customer/ada")


@dataclass
class Ledger:
    """The events of a test in a list; the nth is recorded n minutes after the start."""

    events: list[Event] = field(default_factory=list)

    def add(
        self, type_: str, subject: str, data: dict[str, Json], *, governed: bool = True
    ) -> int:
        sequence = len(self.events) + 1
        at = START + timedelta(minutes=sequence)
        self.events.append(
            Event(
                sequence=sequence,
                id=f"event/{sequence}",
                type=type_,
                subject=ThingId(subject),
                actor=ThingId("person/a"),
                occurred_at=at,
                recorded_at=at,
                scopes=(),
                data=data,
                governed=governed,
                leaf=sha256(f"{sequence} {type_} {subject} {data}".encode()).digest(),
            )
        )
        return sequence

    def put(self, subject: str, **properties: Json) -> int:
        name = schema().kinds[subject.partition("/")[0]].name
        return self.add("record.put", subject, check(name, properties, id=subject).data())

    def act(self, subject: str, to: str, **properties: Json) -> int:
        return self.add("thing.acted", subject, {"to": to, "properties": properties})

    def erase(self, subject: str) -> int:
        """As the real one: from now on what was sealed reads as None."""
        person = ThingId(subject)
        self.events = [
            replace(e, data={**e.data, "personal": None}, erased=frozenset({"personal"}))
            if "personal" in e.data and person in {e.subject, _owner(e)}
            else e
            for e in self.events
        ]
        return self.add("subject.erased", subject, {"reason": "asked"})

    def read(
        self,
        after: int = 0,
        until: int | None = None,
        *,
        governed: bool | None = None,
        limit: int = 1000,
    ) -> Sequence[Event]:
        last = len(self.events) if until is None else until
        found = (e for e in self.events[after:last] if governed is None or e.governed == governed)
        return [*found][:limit]

    def at(self, sequence: int) -> Event | None:
        return self.events[sequence - 1] if 0 < sequence <= len(self.events) else None

    def sequence_at(self, moment: datetime) -> int:
        return sum(1 for event in self.events if event.recorded_at <= moment)

    def versions(self, scopes: Iterable[Scope]) -> Mapping[Scope, int]:
        last = {Scope(e.subject): e.sequence for e in self.events if e.governed}
        return {scope: last.get(scope, 0) for scope in scopes}


def _owner(event: Event) -> Json:
    properties = event.data["properties"]
    return properties.get("ofCustomer") if isinstance(properties, dict) else None


class Keys:
    def secret(self, name: str) -> bytes:
        return sha256(name.encode()).digest()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def graph(ledger: Ledger, tmp_path: Path) -> Graph:
    return Graph(ledger, tmp_path, Keys())


def caught_up(ledger: Ledger, directory: Path | None = None) -> Graph:
    graph = Graph(ledger, directory, Keys())
    graph.catch_up()
    return graph


def triples(graph: Graph) -> set[ox.Quad]:
    return set(graph.store)


def test_what_was_put_can_be_read(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="Care", speaksLanguage=["en", "de"], load=0.5, trained=True)
    graph.catch_up()
    assert graph.properties(ThingId("team/care")) == {
        "name": ("Care",),
        "speaksLanguage": ("de", "en"),
        "load": (0.5,),
        "trained": (True,),
    }
    assert graph.sequence == 1


def test_properties_have_the_names_that_json_uses(ledger: Ledger, graph: Graph) -> None:
    ledger.put("kpi/a", name="A", unit="min", accountable="team/care")
    graph.catch_up()
    assert graph.get(ThingId("kpi/a"), "unit") == "min"
    assert graph.subjects("accountable", ThingId("team/care")) == ("kpi/a",)


def test_what_is_unknown_is_empty(graph: Graph) -> None:
    nobody = ThingId("team/nobody")
    assert graph.properties(nobody) == {}
    assert graph.get(nobody, "name") is None
    assert not graph.exists(nobody)
    assert graph.state(nobody) is None
    assert graph.of_type("Team") == ()
    assert not graph.has_type("Team")


def test_a_second_put_replaces_and_a_removal_leaves_nothing(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="Care", load=0.5)
    graph.catch_up()
    ledger.put("team/care", name="Customer care")
    graph.catch_up()
    assert graph.properties(ThingId("team/care")) == {"name": ("Customer care",)}
    ledger.add("record.removed", "team/care", {})
    graph.catch_up()
    assert not graph.exists(ThingId("team/care"))
    assert len(graph.store) == 0


def test_a_state_is_read_for_incidents_and_for_others(ledger: Ledger, graph: Graph) -> None:
    ledger.act("incident/a", "open", tier="executive")
    ledger.act("alert/a", "raised")
    graph.catch_up()
    assert graph.state(ThingId("incident/a")) == "open"
    assert graph.get(ThingId("incident/a"), "tier") == "executive"
    assert graph.state(ThingId("alert/a")) == "raised"


def test_decisions_never_become_triples(ledger: Ledger, graph: Graph) -> None:
    ledger.add("decision.made", "decision/a", {}, governed=False)
    ledger.act("decision/a", "overridden", overriddenTier="board")
    graph.catch_up()
    assert len(graph.store) == 0


def test_a_thing_is_found_by_what_another_system_calls_it(ledger: Ledger, graph: Graph) -> None:
    body: dict[str, Json] = {"properties": {}, "keys": [{"system": "zendesk", "key": "7 ü/#"}]}
    ledger.add("record.put", "team/care", {"type": "Team", **body})
    ledger.add("record.put", "segment/care", {"type": "Segment", **body})
    graph.catch_up()
    assert graph.find_key("zendesk", "7 ü/#", "team") == "team/care"
    assert graph.find_key("zendesk", "7 ü/#", "segment") == "segment/care"
    assert graph.find_key("zendesk", "8") is None
    assert graph.find_key("salesforce", "7 ü/#") is None
    ledger.put("team/care", name="Care")
    graph.catch_up()
    assert graph.find_key("zendesk", "7 ü/#", "team") is None


def test_sparql_and_rdflib_see_the_same_triples(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="Care", escalatesTo="team/office", load=0.5)
    graph.catch_up()
    rows = graph.query("SELECT ?t ?n ?l WHERE { ?t attune:escalatesTo ?n ; attune:load ?l }")
    assert rows == ({"t": "team/care", "n": "team/office", "l": 0.5},)
    assert graph.query("ASK { ?t a attune:Team }") is True
    assert str(graph.query("CONSTRUCT WHERE { ?t attune:load ?l }")).count("\n") == 1
    assert len(graph.rdflib()) == len(graph.store) == 4


def test_broken_sparql_is_refused(graph: Graph) -> None:
    with pytest.raises(SyntaxError):
        graph.query("SELECT WHERE")


def test_sparql_can_only_read(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="Care")
    graph.catch_up()
    with pytest.raises(SyntaxError):
        graph.query("DELETE WHERE { ?s ?p ?o }")
    assert graph.exists(ThingId("team/care"))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { <a#b> <b> 'it\\'s' . SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p '#' SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    ],
)
def test_a_query_that_would_ask_another_server_is_refused(graph: Graph, query: str) -> None:
    with pytest.raises(QueryRefused):
        graph.query(query)


def test_the_word_service_in_a_text_or_name_is_no_request(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="service")
    graph.catch_up()
    rows = graph.query("SELECT ?service { ?service attune:name 'service' } # SERVICE")
    assert rows == ({"service": "team/care"},)


def test_the_past_is_read_by_sequence_and_by_time(ledger: Ledger, graph: Graph) -> None:
    first = ledger.put("team/care", name="Care")
    ledger.put("team/care", name="Customer care")
    graph.catch_up()
    for when in (first, START + timedelta(minutes=1, seconds=30)):
        past = graph.as_of(when)
        assert past.get(ThingId("team/care"), "name") == "Care"
        assert past.sequence == first
    assert graph.get(ThingId("team/care"), "name") == "Customer care"


def test_only_a_few_past_states_are_kept_and_each_is_folded_once(
    ledger: Ledger, graph: Graph
) -> None:
    for name in "abcdef":
        ledger.put("team/care", name=name)
    first = graph.as_of(1)
    assert graph.as_of(1) is first
    assert [graph.as_of(n).get(ThingId("team/care"), "name") for n in range(2, 7)] == [*"bcdef"]
    assert graph.as_of(1) is not first


def test_a_past_graph_stays_where_it_is(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="Care")
    past = graph.as_of(1)
    ledger.put("team/care", name="Customer care")
    past.catch_up()
    assert past.get(ThingId("team/care"), "name") == "Care"


def test_versions_never_pass_what_was_known(ledger: Ledger, graph: Graph) -> None:
    ledger.put("team/care", name="Care")
    graph.catch_up()
    known = graph.sequence
    ledger.put("team/care", name="Customer care")
    graph.catch_up()
    scopes = [Scope("team/care"), Scope("team/none")]
    assert graph.versions(scopes, known) == {"team/care": 1, "team/none": 0}
    assert graph.versions(scopes, graph.sequence) == {"team/care": 2, "team/none": 0}


def test_catching_up_can_stop_at_a_sequence(ledger: Ledger, graph: Graph) -> None:
    for name in ("a", "b", "c"):
        ledger.put("team/care", name=name)
    graph.catch_up(2)
    assert graph.get(ThingId("team/care"), "name") == "b"


NAMES = st.sampled_from(["team/a", "team/b", "incident/a", "customer/a", "case/a"])
STEPS = st.one_of(
    st.tuples(st.just("put"), NAMES, st.integers(0, 3)),
    st.tuples(st.just("remove"), NAMES, st.just(0)),
    st.tuples(st.just("act"), st.just("incident/a"), st.integers(0, 3)),
    st.tuples(st.just("erase"), st.just("customer/a"), st.just(0)),
)


def apply(ledger: Ledger, step: tuple[str, str, int]) -> None:
    kind, thing, number = step
    if kind == "put":
        ledger.put(thing, **_properties(thing, number))
    elif kind == "remove":
        ledger.add("record.removed", thing, {})
    elif kind == "act":
        ledger.act(thing, ["open", "recovery", "resolved", "closed"][number], tier="board")
    else:
        ledger.erase(thing)


def _properties(thing: str, number: int) -> dict[str, Json]:
    known: dict[str, dict[str, Json]] = {
        "team": {"name": f"T{number}", "load": number / 2},
        "incident": {"topic": [f"t{n}" for n in range(number)]},
        "customer": {"email": f"{number}@example.org", "press": number > 1},
        "case": {"ofCustomer": "customer/a", "summary": f"S{number}"},
    }
    return known[kind_of(ThingId(thing))]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.lists(STEPS, max_size=12), st.integers(0, 12))
def test_it_does_not_matter_in_how_many_pages_or_from_which_snapshot_one_folds(
    tmp_path: Path, steps: list[tuple[str, str, int]], cut: int
) -> None:
    directory = tmp_path / sha256(repr((steps, cut)).encode()).hexdigest()
    ledger = Ledger()
    piecewise = Graph(ledger, directory, Keys())
    for number, step in enumerate(steps):
        apply(ledger, step)
        piecewise.catch_up()
        if number == cut:
            piecewise.save_snapshot()
    assert triples(caught_up(ledger)) == triples(piecewise)
    assert triples(caught_up(ledger, directory)) == triples(piecewise)
    assert not ledger.events or piecewise.sequence == len(ledger.events)


def test_a_restart_reads_the_snapshot_and_folds_only_the_rest(
    ledger: Ledger, graph: Graph, tmp_path: Path
) -> None:
    ledger.put("team/care", name="Care")
    graph.catch_up()
    assert graph.save_snapshot() == tmp_path / "graph-1.snapshot"
    ledger.put("team/office", name="Office")
    again = Graph(ledger, tmp_path, Keys())
    assert again.sequence == 1
    assert again.exists(ThingId("team/care"))
    again.catch_up()
    assert again.exists(ThingId("team/office"))


def test_a_new_snapshot_takes_the_place_of_older_ones(
    ledger: Ledger, graph: Graph, tmp_path: Path
) -> None:
    for name in ("team/a", "team/b"):
        ledger.put(name, name="A")
        graph.catch_up()
        graph.save_snapshot()
    assert [path.name for path in tmp_path.iterdir()] == ["graph-2.snapshot"]


def test_there_is_no_snapshot_of_nothing_and_none_without_a_place(ledger: Ledger) -> None:
    assert Graph(ledger, None, Keys()).save_snapshot() is None


def test_a_snapshot_holds_nothing_in_clear(ledger: Ledger, graph: Graph) -> None:
    ledger.put(ADA, email="ada@example.org")
    graph.catch_up()
    path = graph.save_snapshot()
    assert path is not None
    assert b"ada" not in path.read_bytes()
    assert path.stat().st_mode & 0o002 == 0


@pytest.mark.parametrize("place", [0, 5, 20, 40, 60, 90, -1])
def test_a_snapshot_with_any_byte_changed_is_ignored(
    ledger: Ledger, graph: Graph, tmp_path: Path, place: int
) -> None:
    ledger.put("team/care", name="Care")
    graph.catch_up()
    path = graph.save_snapshot()
    assert path is not None
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)
    again = Graph(ledger, tmp_path, Keys())
    assert again.sequence == 0
    again.catch_up()
    assert again.exists(ThingId("team/care"))


@pytest.mark.parametrize("length", [0, 10, 60, 100])
def test_a_snapshot_cut_short_is_ignored(
    ledger: Ledger, graph: Graph, tmp_path: Path, length: int
) -> None:
    ledger.put("team/care", name="Care")
    graph.catch_up()
    path = graph.save_snapshot()
    assert path is not None
    path.write_bytes(path.read_bytes()[:length])
    assert Graph(ledger, tmp_path, Keys()).sequence == 0


def test_a_snapshot_of_another_ledger_is_ignored(
    ledger: Ledger, graph: Graph, tmp_path: Path
) -> None:
    ledger.put("team/care", name="Care")
    graph.catch_up()
    graph.save_snapshot()
    other = Ledger()
    other.put("team/office", name="Office")
    found = caught_up(other, tmp_path)
    assert not found.exists(ThingId("team/care"))
    assert found.exists(ThingId("team/office"))


def test_a_snapshot_under_another_name_is_ignored(
    ledger: Ledger, graph: Graph, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        ledger.put("team/care", name=name)
    graph.catch_up(1)
    path = graph.save_snapshot()
    assert path is not None
    path.rename(tmp_path / "graph-2.snapshot")
    assert Graph(ledger, tmp_path, Keys()).sequence == 0


def test_a_snapshot_of_a_later_time_is_not_used_for_the_past(ledger: Ledger, graph: Graph) -> None:
    for name in ("a", "b"):
        ledger.put("team/care", name=name)
    graph.catch_up()
    graph.save_snapshot()
    assert graph.as_of(1).get(ThingId("team/care"), "name") == "a"


def test_drafts_that_a_crash_left_go_with_the_next_snapshot(
    ledger: Ledger, graph: Graph, tmp_path: Path
) -> None:
    left = tmp_path / ".graph-1.snapshot.77.abcd"
    left.write_bytes(b"half")
    ledger.put("team/care", name="Care")
    graph.catch_up()
    graph.save_snapshot()
    assert not left.exists()


def test_erasing_a_person_drops_what_is_personal_here_in_snapshots_and_in_the_past(
    ledger: Ledger, graph: Graph, tmp_path: Path
) -> None:
    ledger.put(ADA, email="ada@example.org", press=True)
    ledger.put("case/a", ofCustomer=ADA, summary="Third call today.")
    graph.catch_up()
    graph.save_snapshot()
    before = graph.as_of(2)
    assert before.get(ADA, "email") == "ada@example.org"
    ledger.erase(ADA)
    graph.catch_up()
    assert graph.properties(ADA) == {"press": (True,)}
    assert graph.properties(ThingId("case/a")) == {"ofCustomer": (ADA,)}
    assert [*tmp_path.iterdir()] == []
    assert graph.as_of(2).get(ADA, "email") is None


def test_what_a_person_says_after_an_erasure_is_kept(ledger: Ledger, graph: Graph) -> None:
    ledger.put(ADA, email="old@example.org")
    ledger.erase(ADA)
    ledger.put(ADA, email="new@example.org")
    graph.catch_up()
    assert graph.get(ADA, "email") == "new@example.org"


def test_readers_see_each_change_whole_while_another_thread_folds(ledger: Ledger) -> None:
    graph = Graph(ledger, None, Keys())
    team = ThingId("team/care")
    ledger.put(team, name="0", external="0")
    graph.catch_up()
    torn: list[Mapping[str, tuple[Json, ...]]] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            found = graph.properties(team)
            if len(found) != 2 or found["name"] != found["external"]:
                torn.append(found)

    readers = [threading.Thread(target=look) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(1, 150):
        ledger.put(team, name=str(number), external=str(number))
        graph.catch_up()
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert graph.get(team, "name") == "149"


def test_a_page_of_events_is_folded_like_its_events_one_by_one(ledger: Ledger) -> None:
    for number in range(2500):
        ledger.put(f"customer/c{number % 900}", press=bool(number % 2))
    graph = caught_up(ledger)
    assert len(graph.of_type("Customer")) == 900
    assert graph.sequence == 2500
    assert len(graph.store) == 1800


def test_bulk_loaded_triples_are_read_like_others(graph: Graph) -> None:
    node = v.thing(ThingId("team/care"))
    graph.bulk_load([ox.Quad(node, v.TYPE, v.term("Team"))])
    assert graph.of_type("Team") == ("team/care",)


def test_snapshots_in_a_place_that_is_not_there_are_none(tmp_path: Path) -> None:
    assert [*snapshots.newest(tmp_path / "nowhere", bytes(32))] == []
