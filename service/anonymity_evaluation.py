"""How much of what names somebody leaves a text, and what else leaves with it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.anonymity_labels import Outcome, labelled, outcomes
from knowledge.gazetteer import Gazetteer
from knowledge.proportions import wilson
from knowledge.spread.volume_evaluation import Row
from service.evaluating import Advance, Found
from service.spoken_runs import PUBLIC_PEOPLE


def evaluate_anonymity(_: Path, __: Advance) -> Found:
    """Recall by language and by kind of mention; lines with what was missed."""
    known = Gazetteer()

    def means(run: str) -> str | None:
        found = known.meant(run, in_text=True)
        if not found:
            return None
        return "public" if any(one.place.people >= PUBLIC_PEOPLE for one in found) else "place"

    all_of_them = outcomes(labelled(), means)
    rows = [row for split in ("development", "held out") for row in _rows(split, all_of_them)]
    return rows, [line for one in all_of_them for line in _missed(one)]


def _rows(split: str, found: Sequence[Outcome]) -> Iterator[Row]:
    here = [one for one in found if one.marked.split == split]
    for language in ("en", "de"):
        spoken = [one for one in here if one.marked.language == language]
        gone = [went for one in spoken for went in one.gone]
        met = [
            went or seen for one in spoken for went, seen in zip(one.gone, one.shown, strict=True)
        ]
        others, lost = sum(one.others for one in spoken), sum(len(one.lost) for one in spoken)
        what = f"{len(spoken)} texts, {language}"
        yield _share(split, f"{what}, {len(gone)} mentions", "recall", sum(gone), len(gone))
        figure = "replaced, or shown to whoever checks"
        yield _share(split, f"{what}, {len(met)} mentions", figure, sum(met), len(met))
        yield _share(split, f"{what}, {others} other words", "over-removal", lost, others)
    kinds = Counter(mention.kind for one in here for mention in one.marked.mentions)
    hits = Counter(
        mention.kind
        for one in here
        for mention, gone in zip(one.marked.mentions, one.gone, strict=True)
        if gone
    )
    for kind, of in kinds.items():
        yield _share(split, f"{of} mentions", f"recall, {kind}", hits[kind], of)


def _share(split: str, data: str, figure: str, hits: int, of: int) -> Row:
    return Row(
        data=data,
        split=split,
        figure=figure,
        value=hits / max(1, of),
        interval=wilson(hits, of),
        baseline="",
    )


def _missed(one: Outcome) -> Iterator[str]:
    text = one.marked.text
    for mention, gone in zip(one.marked.mentions, one.gone, strict=True):
        if not gone:
            what = f"{one.marked.split}, {one.marked.language}"
            yield f"{what}: the {mention.kind} “{text[mention.start : mention.end]}” stays"
