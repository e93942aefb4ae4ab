"""The forms that scripts rely on, exactly as they are written down, through the entry point."""

import json
from pathlib import Path

import pytest

from service.cli import GROUPS, SINGLES
from tests.serving import attune, environment

BOOK = """\
book: surges
stratum: detect
owner: team/crisis-office
rules:
  - id: surge
    reason: Four times the usual in an hour is more than a busy day.
    when: {spread: {window: PT1H, excess: at least 4.0}}
    then: [{detect: surge}]
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "home", language=False)


def spread(excess: float) -> dict[str, object]:
    return {"spread": {"window": "PT1H", "volume": 40, "confidence": "observed", "excess": excess}}


def test_rules_evaluate_gives_an_object_and_for_an_array_an_array(
    tmp_path: Path, env: dict[str, str]
) -> None:
    book, given = tmp_path / "surges.yaml", tmp_path / "in.json"
    book.write_text(BOOK)
    given.write_text(json.dumps(spread(9)))
    one = attune("rules", "evaluate", book, "--input", given, "--json", env=env)
    assert one.returncode == 0, one.stderr
    assert json.loads(one.stdout)["detection"][0]["name"] == "surge"
    given.write_text(json.dumps([spread(9), spread(1)]))
    many = attune("rules", "evaluate", book, "--input", given, "--json", env=env)
    assert [len(row.get("detection", [])) for row in json.loads(many.stdout)] == [1, 0]


def test_rules_evaluate_tells_file_and_line_of_a_bad_book(
    tmp_path: Path, env: dict[str, str]
) -> None:
    book, given = tmp_path / "surges.yaml", tmp_path / "in.json"
    book.write_text(BOOK.replace("excess", "xcess"))
    given.write_text("{}")
    refused = attune("rules", "evaluate", book, "--input", given, "--json", env=env)
    assert refused.returncode == 2
    assert "surges.yaml:7:" in refused.stderr
    assert "excess" in refused.stderr


def test_precedents_rank_writes_a_trec_run(tmp_path: Path, env: dict[str, str]) -> None:
    docs, queries, run = (tmp_path / name for name in ("docs.jsonl", "q.tsv", "run.txt"))
    docs.write_text(
        '{"id": "a", "text": "A train derailed."}\n{"id": "b", "text": "A late refund."}\n'
    )
    queries.write_text("q1\trail accident\n")
    ranked = attune(
        *("precedents", "rank", "--corpus", docs, "--queries", queries),
        *("--top", 10, "--out", run),
        env=env,
    )
    assert ranked.returncode == 0, ranked.stderr
    rows = [line.split() for line in run.read_text().splitlines()]
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("q1", "Q0", "a", "1"),
        ("q1", "Q0", "b", "2"),
    ]
    assert float(rows[0][4]) > float(rows[1][4])


def test_language_score_writes_every_indicator_and_levels_with_a_context(
    tmp_path: Path, env: dict[str, str]
) -> None:
    texts, scores = tmp_path / "texts.jsonl", tmp_path / "scores.jsonl"
    texts.write_text(
        '{"id": "1", "text": "Third call today, still no answer!"}\n'
        '{"id": "2", "text": "I am so sorry.", "context": "My train was cancelled again."}\n'
    )
    done = attune("language", "score", "--in", texts, "--out", scores, env=env)
    assert done.returncode == 0, done.stderr
    plain, answered = map(json.loads, scores.read_text().splitlines())
    wanted = {"id", "language", "sentiment", "frustration", "urgency", "betrayal", "irony"}
    assert wanted <= set(plain)
    levels = {"emotional_reactions", "interpretations", "explorations"}
    assert levels <= set(answered)
    assert {answered[level] for level in levels} <= {0, 1, 2}


def test_anomalies_score_writes_one_score_a_row(tmp_path: Path, env: dict[str, str]) -> None:
    series, scores = tmp_path / "series.csv", tmp_path / "scores.csv"
    counts = [10] * 200 + [400]
    rows = [f"2013-12-01 {n // 60:02}:{n % 60:02}:00,{c}" for n, c in enumerate(counts)]
    series.write_text("\n".join(["timestamp,value", *rows]) + "\n")
    done = attune("anomalies", "score", "--in", series, "--out", scores, env=env)
    assert done.returncode == 0, done.stderr
    header, *lines = scores.read_text().splitlines()
    assert header == "timestamp,anomaly_score"
    found = [float(line.split(",")[1]) for line in lines]
    assert len(found) == len(counts)
    assert all(0 <= one <= 1 for one in found)
    assert found[-1] > max(found[100:-1])


def test_spread_estimate_tells_a_factor_or_that_it_cannot(
    tmp_path: Path, env: dict[str, str]
) -> None:
    events = tmp_path / "events.csv"
    events.write_text("time\n1\n2\n")
    done = attune("spread", "estimate", "--in", events, "--json", env=env)
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["branching_factor"]) == ("cannot tell", None)
    assert answer["reason"]


@pytest.mark.parametrize(
    ("words", "name", "content"),
    [
        (("anomalies", "score", "--out", "o.csv", "--in"), "s.csv", "timestamp,value\nnow,1\n"),
        (("spread", "estimate", "--in"), "e.csv", "time\n1\nlater\n"),
        (("language", "score", "--out", "o.jsonl", "--in"), "t.jsonl", "{}\n"),
        (("precedents", "rank", "--queries", "q.tsv", "--out", "r", "--corpus"), "d.jsonl", "x\n"),
        (("load", "records"), "r.jsonl", ""),
        (("load", "crm"), "customers.csv", "colour\nred\n"),
        (("load", "signals"), "s.csv", "colour\nred\n"),
    ],
)
def test_bad_input_ends_with_2_file_and_line(
    home: Path, tmp_path: Path, words: tuple[str, ...], name: str, content: str
) -> None:
    file = tmp_path / name
    file.write_text(content)
    refused = attune(*words, file, env=environment(home, language=False))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"{name}:" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_commands_that_embed_nothing_start_without_the_models(env: dict[str, str]) -> None:
    every = [["--help"], ["rules", "check"], *([name, "--help"] for name in (*SINGLES, *GROUPS))]
    code = (
        "import sys\nfrom service.cli import main\n"
        f"for words in {every!r}:\n"
        "    sys.argv = ['attune', *words]\n"
        "    try:\n        main()\n"
        "    except SystemExit as ended:\n        assert not ended.code, (words, ended.code)\n"
        "    heavy = {'torch', 'sentence_transformers', 'sklearn', 'pandas'} & set(sys.modules)\n"
        "    assert not heavy, (words, heavy)\n"
    )
    import subprocess
    import sys

    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_help_loads_neither_the_service_nor_its_libraries(env: dict[str, str]) -> None:
    code = (
        "import sys; from service.cli import build; build()\n"
        "heavy = {'flask', 'numpy', 'sqlalchemy', 'pydantic', 'rdflib'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    import subprocess
    import sys

    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
