"""Curves of risk by coverage of the judge that attune ships, on rows kept from every fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from knowledge.language import corpora, heads, lexicon_files
from knowledge.language.heads import Coefficients
from knowledge.language.material import prepare
from knowledge.language.measures import Labels, Numbers, figure
from knowledge.language.selective import SHARES, Curve, curve, thinned
from knowledge.language.wording import wording
from knowledge.spread.volume_evaluation import Row
from service.charts import Axis, Chart, Line, Panel, picture
from service.evaluating import Advance

_JUDGEMENTS: Final = (
    ("irony (TweetEval)", "irony", "irony", 0.5),
    ("irony (iSarcasmEval)", "isarcasm", "irony", 0.5),
    ("frustration", "goemotions", "frustration", 0.28),
)
"""Name, corpus, head, and the threshold of its yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The kept rows of one judgement: what people said, what the model scores, the curve."""

    name: str
    labels: Labels
    scores: Numbers
    threshold: float

    @property
    def curve(self) -> Curve:
        """Its risk by coverage."""
        return curve(self.labels, self.scores, self.threshold)


def curves(data: Path, advance: Advance) -> Sequence[Judgement]:
    """The judgements on the validation rows below a folder that holds `language`.

    Raises:
        CorpusInvalid: a corpus can't be read.
    """
    shipped = heads.load()
    return [
        _judgement(shipped, data / "language", one, advance)
        for one in _JUDGEMENTS
        if (data / "language" / one[1]).is_dir()
    ]


def rows(found: Sequence[Judgement]) -> Sequence[Row]:
    """Risks at several shares, each with its interval; beside the first that of always no."""
    return [
        Row(
            data=f"{one.name}, {len(one.labels)} texts",
            split="own validation",
            figure=f"judged wrongly where {share:.0%} are judged",
            value=risk["value"],
            interval=(risk["low"], risk["high"]),
            baseline=f"always no {one.labels.mean():.3f}" if share == 1 else "",
        )
        for one in found
        for share in SHARES
        for risk in [_risk(one, share)]
    ]


def drawn(found: Sequence[Judgement]) -> str:
    """The picture of all curves."""
    lines = []
    for one in found:
        few = thinned(one.curve)
        lines.append(Line(name=one.name, x=few.coverage.tolist(), y=few.risk.tolist()))
    panel = Panel(
        x=Axis(label="share judged automatically, the surest first", low=0, high=1, percent=True),
        y=Axis(label="share of these judged wrongly", low=0, high=0.5, percent=True),
        marks=lines,
    )
    return picture(
        Chart(title="Judged wrongly, by the share that is left to the machine", panels=[panel])
    )


def _risk(one: Judgement, share: float) -> dict[str, float]:
    def measure(labels: Labels, scores: Numbers) -> float:
        return curve(labels, scores, one.threshold).at(share)

    return figure(measure, one.labels, one.scores)


def _judgement(
    shipped: Coefficients, folder: Path, what: tuple[str, str, str, float], advance: Advance
) -> Judgement:
    name, corpus, head, threshold = what
    kept = corpora.read(corpus, folder).kept()
    given = prepare(corpus, kept, cache=None, progress=advance).blocks()
    logits = shipped.heads[head].logits(given)[:, 0]
    if head == "frustration":
        lexicon = lexicon_files.load(head)
        said = [lexicon.evidence(wording(text).words) for text in kept.texts]
        logits = logits + np.asarray(said, dtype=np.float32)
    return Judgement(
        name=name,
        labels=kept.labels[head],
        scores=np.asarray(heads.sigmoid(logits), dtype=np.float64),
        threshold=threshold,
    )
