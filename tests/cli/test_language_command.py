"""`attune language score`: one line a text, whole or not at all, and what bad lines are told."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.language import app

RUN = CliRunner()


def _score(tmp_path: Path, lines: list[str]) -> list[dict[str, object]]:
    texts, out = tmp_path / "texts.jsonl", tmp_path / "scores.jsonl"
    texts.write_text("\n".join(lines), encoding="utf-8")
    result = RUN.invoke(app, ["score", "--in", str(texts), "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_every_text_gets_a_line_with_its_id_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = [json.dumps({"id": each, "text": f"still no answer {each}"}) for each in (3, "b", 1)]
    assert [one["id"] for one in _score(tmp_path, lines)] == [3, "b", 1]


def test_a_line_has_all_scores_and_levels_only_with_a_context(tmp_path: Path) -> None:
    post = {"id": "p", "text": "You promised the heating would work, still no answer"}
    answer = {"id": "a", "text": "I am so sorry. What happened then?", "context": post["text"]}
    plain, answered = _score(tmp_path, [json.dumps(post), json.dumps(answer)])
    moods = {"sentiment", "negative", "frustration", "urgency", "betrayal", "irony"}
    levels = {"emotional_reactions", "interpretations", "explorations"}
    assert set(plain) == {"id", "language", "evidence"} | moods
    assert set(answered) == set(plain) | levels | {"carried"}
    assert {answered[level] for level in levels} <= {0, 1, 2}


def test_replies_are_judged_without_what_they_answer_and_quote_what_carries_a_level(
    tmp_path: Path,
) -> None:
    said = "Our lines are open. I am so sorry that you lost your brother. Regards"
    texts, out = tmp_path / "texts.jsonl", tmp_path / "scores.jsonl"
    texts.write_text(json.dumps({"id": 1, "text": said}))
    result = RUN.invoke(app, ["score", "--in", str(texts), "--out", str(out), "--replies"])
    assert result.exit_code == 0
    found = json.loads(out.read_text())
    assert found["emotional_reactions"] == 2
    assert found["carried"]["emotional_reactions"] == "I am so sorry that you lost your brother."


def test_a_text_in_another_language_is_null_and_not_nothing_found(tmp_path: Path) -> None:
    line = {"id": "1", "text": "Me cancelaron el vuelo y nadie contesta, es una vergüenza"}
    (found,) = _score(tmp_path, [json.dumps(line)])
    assert (found["language"], found["frustration"], found["urgency"]) == ("es", None, None)


def test_a_byte_order_mark_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    lines = ["\ufeff" + json.dumps({"id": "1", "text": "we need help"}), "", "   "]
    assert len(_score(tmp_path, lines)) == 1


def test_an_empty_file_makes_an_empty_result(tmp_path: Path) -> None:
    assert _score(tmp_path, []) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "is no JSON: '{'"),
        ("[1]", "is no JSON object: [1]"),
        ('{"text": "x"}', '"id" is no string or whole number: None'),
        ('{"id": true, "text": "x"}', '"id" is no string or whole number: True'),
        ('{"id": "2"}', '"text" is no string: None'),
        ('{"id": "2", "text": 7}', '"text" is no string: 7'),
        ('{"id": "2", "text": "x", "context": []}', '"context" is no string: []'),
        ('{"id": "2", "text": "x", "language": 3}', '"language" is no string: 3'),
    ],
)
def test_a_bad_line_ends_with_2_its_place_and_a_valid_line(
    tmp_path: Path, line: str, told: str
) -> None:
    texts, out = tmp_path / "texts.jsonl", tmp_path / "scores.jsonl"
    texts.write_text('{"id": "1", "text": "fine"}\n' + line)
    out.write_text("as it was")
    result = RUN.invoke(app, ["score", "--in", str(texts), "--out", str(out)])
    assert result.exit_code == 2
    assert f"{texts}:2: {told}" in result.output
    assert 'a valid line: {"id": "7"' in result.output
    assert out.read_text() == "as it was"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["scores.jsonl", "texts.jsonl"]


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_bytes(b'{"id": "1", "text": "\xff\xfe"}\n')
    result = RUN.invoke(app, ["score", "--in", str(texts), "--out", str(tmp_path / "out")])
    assert (result.exit_code, f"{texts}:1: is no JSON" in result.output) == (2, True)


@pytest.mark.parametrize("option", ["--in", "--out"])
def test_a_place_that_is_not_there_is_named(tmp_path: Path, option: str) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_text("")
    places = {"--in": texts, "--out": tmp_path / "out", option: tmp_path / "missing" / "file"}
    arguments = [part for name, place in places.items() for part in (name, str(place))]
    result = RUN.invoke(app, ["score", *arguments])
    assert result.exit_code == 2
    assert "missing" in result.output
    assert "No such file" in result.output


def test_training_without_data_names_the_file_that_is_missing(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["train", "--data", str(tmp_path), "--out", str(tmp_path / "c.npz")])
    assert result.exit_code == 2
    assert "goemotions" in result.output
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_labelled_texts_are_measured_and_every_figure_says_that_it_is_self_labelled() -> None:
    result = RUN.invoke(app, ["labelled", "--split", "development", "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)
    assert {row["data"] for row in rows} == {"urgency, self-labelled", "betrayal, self-labelled"}
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)


@pytest.mark.slow
def test_without_the_public_corpora_it_says_how_many_texts_are_not_at_hand(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["labelled", "--data", str(tmp_path), "--split", "development"])
    assert result.output.endswith("765 texts at hand, 471 of public corpora are not\n")


def test_a_half_that_is_none_is_refused() -> None:
    result = RUN.invoke(app, ["labelled", "--split", "most"])
    assert result.exit_code == 2
    assert "most" in result.output


def test_a_screen_is_fitted_to_what_was_judged_and_told_how_good_it_is(tmp_path: Path) -> None:
    said = [(n, "awful delay again" if n % 3 == 0 else f"nice calm day {n}") for n in range(90)]
    texts, scores, out = (tmp_path / name for name in ("t.jsonl", "s.jsonl", "screen.npz"))
    texts.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in said))
    judged = (
        {"id": n, "sentiment": 0.0, "negative": 0.9 if t[0] == "a" else 0.1} for n, t in said
    )
    scores.write_text("".join(json.dumps(one) + "\n" for one in judged))
    asked = ["screen", "--in", str(texts), "--scores", str(scores), "--out", str(out), "--json"]
    result = RUN.invoke(app, asked)
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert (told["texts"], told["auroc"]["value"], told["recall"]) == (90, 1.0, 1.0)
    assert out.stat().st_size > 0


def test_scores_of_other_texts_are_refused(tmp_path: Path) -> None:
    texts, scores = tmp_path / "t.jsonl", tmp_path / "s.jsonl"
    texts.write_text(json.dumps({"id": 1, "text": "late"}) + "\n")
    scores.write_text(json.dumps({"id": 2, "sentiment": 0.1}) + "\n")
    asked = ["screen", "--in", str(texts), "--scores", str(scores), "--out", str(tmp_path / "o")]
    result = RUN.invoke(app, asked)
    assert result.exit_code == 2
    assert "is not of t.jsonl" in result.output + (result.stderr or "")


def test_disclosure_is_measured_beside_a_list_of_keywords() -> None:
    result = RUN.invoke(app, ["disclosure", "--split", "fresh", "--json"])
    assert result.exit_code == 0, result.output
    whole = [row for row in json.loads(result.output) if row["part"] == "all"]
    assert {row["data"].split(",")[0] for row in whole} == {"harm", "fault", "non-apology"}
    assert all(row["baseline"] is not None for row in whole)


def test_sentences_that_are_judged_wrongly_are_listed() -> None:
    result = RUN.invoke(app, ["disclosure", "--split", "fresh", "--misses"])
    assert "fault missed: We pressed crews to fly sick." in result.output


def test_claims_and_promises_are_measured() -> None:
    result = RUN.invoke(app, ["claims", "--split", "development"])
    assert result.exit_code == 0, result.output
    assert "promises, self-labelled · development · all" in result.output


@pytest.mark.slow
def test_the_screen_is_refitted_into_a_file_and_measured(tmp_path: Path) -> None:
    file = tmp_path / "screen.npz"
    arguments = ["disclosure", "--split", "fresh", "--fit", str(file), "--screen"]
    result = RUN.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert file.is_file()
    assert "fault, self-labelled · fresh · all" in result.output
