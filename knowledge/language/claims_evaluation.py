"""How well claims and promises are found that the authors labelled: self-labelled figures."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from knowledge.language.claims import NONE, ONE, Claim, claims
from knowledge.language.disclosure_labels import Split, Stated, topics
from knowledge.language.labelled_evaluation import SELF_LABELLED, Row
from knowledge.language.measures import DECIMALS
from knowledge.language.promises import Promise, promises
from knowledge.proportions import wilson

SAID: Final = datetime(2026, 3, 27, 14, 10, tzinfo=UTC)
"""When every labelled sentence is said: a Friday, two days before clocks change in London."""
ZONE: Final = ZoneInfo("Europe/London")
FEWEST: Final = 5


def evaluate(given: Sequence[Stated], split: Split) -> list[Row]:
    """Precision and recall of claims and promises on one half, whole and by kind of sentence.

    A claim is found where topic and polarity or value are as labelled, a promise where the instant
    and the firmness are.
    """
    texts = [one for one in given if one.split == split]
    kinds = sorted({one.kind for one in texts})
    rows: list[Row] = []
    for subject in ("claims", "promises"):
        pairs = [(one.kind, wanted(one, subject), found(one.text, subject)) for one in texts]
        rows += _rows(subject, split, "all", [(want, got) for _, want, got in pairs])
        for kind in kinds:
            own = [(want, got) for each, want, got in pairs if each == kind]
            rows += _rows(subject, split, f"kind: {kind}", own)
    return rows


def found(text: str, subject: str) -> frozenset[str]:
    """What is found in a sentence, written as labels are."""
    if subject == "claims":
        several = claims(text, "en", topics(), said=SAID, zone=ZONE) or ()
        return frozenset(map(_claim, several))
    return frozenset(map(_promise, promises(text, "en", said=SAID, zone=ZONE) or ()))


def wanted(one: Stated, subject: str) -> frozenset[str]:
    """What a sentence is labelled with; instants in UTC."""
    if subject == "claims":
        return one.claims[-1]
    return frozenset(map(_instant, one.promises[-1]))


def agreement(given: Sequence[Stated]) -> dict[str, float]:
    """The share of sentences in which both passes say the same, by subject."""
    pairs = {"claims": [one.claims for one in given], "promises": [one.promises for one in given]}
    return {
        subject: round(sum(one[0] == one[1] for one in several) / len(several), DECIMALS)
        for subject, several in pairs.items()
    }


def _claim(one: Claim) -> str:
    numbers = {NONE: "0", ONE: "1"}
    said = one.polarity if one.value is None else numbers.get(one.value, one.value.said)
    return f"{one.topic}={said}"


def _promise(one: Promise) -> str:
    at = one.due.astimezone(UTC).isoformat()
    return at if one.firm else f"soft {at}"


def _instant(label: str) -> str:
    soft, _, at = label.rpartition(" ")
    exact = datetime.fromisoformat(at).astimezone(UTC).isoformat()
    return f"{soft} {exact}".strip()


def _rows(
    subject: str, split: Split, part: str, pairs: Sequence[tuple[frozenset[str], frozenset[str]]]
) -> Iterator[Row]:
    hits = sum(len(want & got) for want, got in pairs)
    for name, counted in (
        ("precision", sum(len(got) for _, got in pairs)),
        ("recall", sum(len(want) for want, _ in pairs)),
    ):
        if part == "all" or counted >= FEWEST:
            low, high = wilson(hits, counted)
            yield Row(
                data=f"{subject}, {SELF_LABELLED}",
                split=split,
                part=part,
                figure=name,
                value=round(hits / counted if counted else 0.0, DECIMALS),
                low=round(low, DECIMALS),
                high=round(high, DECIMALS),
                baseline=None,
                texts=len(pairs),
                positives=sum(bool(want) for want, _ in pairs),
            )
