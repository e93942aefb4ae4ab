import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.journeys.steps import UNKNOWN, Outcome
from loaders.journey_map import JourneyMap, read_map
from loaders.journeys import Contact, Log, read
from loaders.rejects import Reject
from loaders.source_rows import SourceInvalid
from ontology.identity import ThingId

HELP, CHAT = ThingId("touchpoint/help-line"), ThingId("touchpoint/website-chat")
KNOWN = {HELP: HELP, "help line": HELP, CHAT: CHAT, "chat on the website": CHAT}
LATEST = datetime(2026, 11, 23, tzinfo=UTC)
HEADER = "journey,touchpoint,time,outcome,harm,sentiment\n"
NINE = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()) * 1_000_000


class Kept:
    def __init__(self) -> None:
        self.rows: list[Reject] = []

    def add(self, rejected: Reject, /) -> None:
        self.rows.append(rejected)


def taken(
    folder: Path, text: str, known: JourneyMap | None = None
) -> tuple[list[Contact], list[Reject]]:
    path = folder / "log.csv"
    path.write_text(text, encoding="utf-8")
    rejects = Kept()
    log = Log(path=path, map=known or JourneyMap(), known=KNOWN, latest=LATEST)
    return list(read(log, rejects)), rejects.rows


def mapped(folder: Path, text: str) -> JourneyMap:
    path = folder / "map.yaml"
    path.write_text(text, encoding="utf-8")
    return read_map(path)


def test_a_row_is_one_contact(tmp_path: Path) -> None:
    row = "1001,touchpoint/help-line,2026-03-02T10:00:00+01:00,complaint,yes,-0.8\n"
    contacts, rejects = taken(tmp_path, HEADER + row)
    assert rejects == []
    assert contacts == [Contact("1001", HELP, NINE, Outcome.COMPLAINT, 1, -0.8)]


def test_what_is_blank_is_not_known(tmp_path: Path) -> None:
    ((contact,), _) = taken(tmp_path, HEADER + "1001,Help line,2026-03-02T09:00:00Z,,,\n")
    assert (contact.outcome, contact.harm) == (Outcome.NONE, UNKNOWN)
    assert math.isnan(contact.sentiment)


def test_json_lines_say_the_same_as_csv(tmp_path: Path) -> None:
    said = {
        "journey": 1001,
        "touchpoint": "help_line",
        "time": "2026-03-02T09:00:00Z",
        "outcome": None,
        "harm": True,
        "sentiment": -0.5,
        "agent": ["nobody reads this"],
    }
    contacts, rejects = taken(tmp_path, json.dumps(said) + "\n\n")
    assert rejects == []
    assert contacts == [Contact("1001", HELP, NINE, Outcome.NONE, 1, -0.5)]


def test_a_map_says_what_a_logs_own_words_mean(tmp_path: Path) -> None:
    known = mapped(
        tmp_path,
        """\
system: genesys
zone: Europe/Berlin
columns: {Kundennummer: journey, Wo: touchpoint, Wann: time, Wie: outcome}
touchpoints: {IVR 7: touchpoint/help-line}
outcomes: {Gekündigt: churn}
""",
    )
    text = "Kundennummer;Wo;Wann;Wie;Agent\n17;ivr  7;2026-03-02 10:00;gekündigt;Ada\n"
    contacts, rejects = taken(tmp_path, text, known)
    assert rejects == []
    assert known.system == "genesys"
    assert contacts[0][:4] == ("17", HELP, NINE, Outcome.CHURN)


def test_a_local_time_follows_summer_time(tmp_path: Path) -> None:
    known = mapped(tmp_path, "zone: America/New_York\n")
    rows = "1,help line,2026-03-07 12:00,,,\n1,help line,2026-03-08 12:00,,,\n"
    (before, after), _ = taken(tmp_path, HEADER + rows, known)
    assert after.at - before.at == 23 * 3_600_000_000


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (",help line,2026-03-02T09:00:00Z,,,", "journey", "blank"),
        (f"{'9' * 201},help line,2026-03-02T09:00:00Z,,,", "journey", "200"),
        ("1,,2026-03-02T09:00:00Z,,,", "touchpoint", "blank"),
        ("1,helpp line,2026-03-02T09:00:00Z,,,", "touchpoint", "did you mean touchpoint/help"),
        ("1,team/legal,2026-03-02T09:00:00Z,,,", "touchpoint", "no such touchpoint"),
        ("1,help line,,,,", "time", "blank"),
        ("1,help line,yesterday,,,", "time", "no time"),
        ("1,help line,2026-03-02 09:00,,,", "time", "offset"),
        ("1,help line,2026-11-23T00:00:01Z,,,", "time", "lies ahead"),
        ("1,help line,1989-12-31T23:59:59Z,,,", "time", "before 1990"),
        ("1,help line,0001-01-01T00:00:00+14:00,,,", "time", "before 1990"),
        ("1,help line,2026-03-02T09:00:00Z,angry,,", "outcome", "none of complaint, churn"),
        ("1,help line,2026-03-02T09:00:00Z,,perhaps,", "harm", "neither yes nor no"),
        ("1,help line,2026-03-02T09:00:00Z,,,nan", "sentiment", "-1 to 1"),
        ("1,help line,2026-03-02T09:00:00Z,,,1.01", "sentiment", "-1 to 1"),
        ("1,help line,2026-03-02T09:00:00Z,,,bad", "sentiment", "-1 to 1"),
        ("1,help line,2026-03-02T09:00:00Z", "", "3 cells where the header has 6"),
    ],
)
def test_a_bad_row_is_rejected_with_line_value_reason_and_an_example(
    tmp_path: Path, row: str, field: str, reason: str
) -> None:
    good = "2,help line,2026-03-02T09:00:00Z,,,\n"
    contacts, rejects = taken(tmp_path, f"{HEADER}{good}{row}\n{good}")
    assert [one.journey for one in contacts] == ["2", "2"]
    assert [(one.line, one.field) for one in rejects] == [(3, field)]
    assert reason in rejects[0].reason
    assert rejects[0].value
    assert rejects[0].example


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[1]", "no JSON object"),
        ('{"journey": 1}', "no column for touchpoint"),
        ('{"journey": [1], "touchpoint": "a", "time": "b"}', "list or an object"),
    ],
)
def test_a_bad_line_of_json_is_rejected(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"journey": "1", "touchpoint": "help line", "time": "2026-03-02T09:00:00Z"}\n'
    contacts, rejects = taken(tmp_path, good + line + "\n")
    assert len(contacts) == 1
    assert rejects[0].line == 2
    assert reason in rejects[0].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "no column for journey"),
        ("journey,time\n", "no column for touchpoint"),
        ("journey,customer id,touchpoint,time\n", "both mean journey"),
        ('journey,"touchpoint\n', "a quote"),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SourceInvalid, match=words) as caught:
        taken(tmp_path, text)
    assert "log.csv:1" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "map.yaml:1:1"),
        ("a: [", "is no YAML"),
        ("colums: {}", "'colums' is no key"),
        ("zone: Mars/Olympus", "is no time zone"),
        ("zone: ../../etc/passwd", "is no time zone"),
        ("columns: {a: jurney}", "did you mean 'journey'"),
        ("touchpoints: {a: team/legal}", "is no touchpoint"),
        ("touchpoints: {a: b}", "is no touchpoint"),
        ("outcomes: {a: angry}", "is no outcome"),
        (f"system: {'x' * 81}", "is no name of a system"),
        ("touchpoints: 7", "a mapping belongs"),
    ],
)
def test_a_map_that_says_nonsense_is_refused_with_its_place(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(SourceInvalid) as caught:
        mapped(tmp_path, text)
    assert words in str(caught.value)
    assert "map.yaml:1" in str(caught.value)


def test_every_mistake_of_a_map_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceInvalid) as caught:
        mapped(tmp_path, "zone: X\noutcomes: {a: b, c: d}\n")
    assert str(caught.value).count("\n") == 2


def test_a_map_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_bytes(b"zone: \xff\n")
    with pytest.raises(SourceInvalid, match="is not UTF-8"):
        read_map(path)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=6))
def test_no_row_stops_the_rest(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    bad: Any = json.dumps(dict(zip(("journey", "touchpoint", "time"), cells, strict=False)))
    good = '{"journey": "1", "touchpoint": "help line", "time": "2026-03-02T09:00:00Z"}'
    contacts, rejects = taken(tmp_path_factory.mktemp("log"), f"{good}\n{bad}\n{good}\n")
    assert len(contacts) + len(rejects) == 3
