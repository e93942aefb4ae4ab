"""A text is judged for sentiment, frustration, urgency and betrayal, over HTTP within a decision
and from the command line by the file; what can't be judged is said to be so.
"""

import json
from typing import Any

from tests.capabilities.conftest import beside
from tests.serving import Served, attune

ANGRY = "Third call today and still no answer! You promised, and I need my insulin now."


def signal(service: Served, text: str) -> dict[str, Any]:
    body = {"text": text, "max_wait_ms": 60_000, "precedents": 0}
    answer = service.post("/v1/decisions", body)
    facts = service.get(answer["links"]["self"])["facts"]
    (found,) = [fact["values"] for fact in facts if fact["kind"] == "signal"]
    return dict(found)


def test_frustration_and_urgency_are_heard(service: Served) -> None:
    angry, calm = signal(service, ANGRY), signal(service, "The train to Croton leaves at nine.")
    for indicator in ("frustration", "urgency"):
        assert angry[indicator] > calm[indicator] + 0.2, indicator
    assert angry["sentiment"] < calm["sentiment"]


def test_betrayal_is_heard(service: Served) -> None:
    let_down = signal(
        service, "I trusted you for twenty years and you lied to us. You betrayed us."
    )
    assert let_down["betrayal"] > signal(service, "Nice new seats in the train.")["betrayal"]


def test_urgent_need_asks_for_a_person(service: Served) -> None:
    body = {"text": ANGRY, "max_wait_ms": 60_000, "precedents": 0}
    decision = service.post("/v1/decisions", body)["decision"]
    assert "urgent-need" in decision["detections"]
    assert "human-contact" in {one["name"] for one in decision["requirements"]}


def test_another_language_is_not_judged_rather_than_found_calm(service: Served) -> None:
    found = signal(service, "Me cancelaron el vuelo y nadie contesta, es una vergüenza")
    assert found["judged"] is False
    assert "frustration" not in found


def test_a_file_of_texts_is_judged_line_by_line(service: Served) -> None:
    texts, scores = service.home / "texts.jsonl", service.home / "scores.jsonl"
    texts.write_text(json.dumps({"id": "1", "text": ANGRY}) + "\n")
    done = attune(
        "language", "score", "--in", texts, "--out", scores, env=beside(service, language=True)
    )
    assert done.returncode == 0, done.stderr
    (row,) = map(json.loads, scores.read_text().splitlines())
    assert row["frustration"] > 0.5
    assert row["evidence"]
