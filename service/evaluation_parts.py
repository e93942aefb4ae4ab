"""How each subject of `attune evaluate` is measured; what it needs is imported when it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from knowledge.spread.volume_evaluation import Row
from service.evaluating import Advance, Found

VIRALITY_SEEDS: Final = range(1_000, 1_010)
"""Seeds that nothing was tuned on."""

CANDIDATE_SEEDS: Final = range(1_001, 1_006)
"""Interleavings of the feeds that nothing was tuned on."""


def volume(data: Path, _: Advance) -> Found:
    """Windows met and false alarms on labelled tweets."""
    from service.volume_evaluation import evaluate_volume  # noqa: PLC0415 - light start

    found = evaluate_volume(data / "volume/nab-realtweets")
    details = [
        f"{each.series}, {each.first} to {each.last}: "
        + (f"found at {each.found}" if each.found else "missed")
        for each in found.windows
    ]
    false = [
        f"{name}: false alarm at {at}" for name, ats in found.false_alarms.items() for at in ats
    ]
    return found.rows, [*details, *false]


def made_volume(_: Path, __: Advance) -> Found:
    """The same on series whose truth is known."""
    from service.volume_evaluation import evaluate_made_volume  # noqa: PLC0415 - light start

    return evaluate_made_volume(), ()


def unusual(data: Path, advance: Advance) -> Found:
    """The fact `unusual` on the same tweets."""
    from service.unusual_evaluation import evaluate_unusual  # noqa: PLC0415 - light start

    return evaluate_unusual(data, advance)


def virality(_: Path, advance: Advance) -> Found:
    """Branching factors recovered at each share of what is seen."""
    from knowledge.spread import virality_evaluation as virality  # noqa: PLC0415 - light start

    rows: list[Row] = []
    shares = (1.0, 0.1, 0.01)
    for share in shares:
        made: list[virality.Trial] = []
        several = virality.cells(share)
        for done, cell in enumerate(several):
            made += virality.trials([cell], VIRALITY_SEEDS)
            advance(f"virality, {share:.0%} seen", done + 1, len(several))
        rows += virality.evaluate(made, "fresh seeds")
    return rows, ()


def crowds(data: Path, advance: Advance) -> Found:
    """What the rules say of hours of real crises."""
    from service.crowd_evaluation import evaluate_crowds  # noqa: PLC0415 - light start

    return evaluate_crowds(data, advance)


def made_crowds(data: Path, advance: Advance) -> Found:
    """What they say of crowds that were made."""
    from service.made_crowd_evaluation import evaluate_made_crowds  # noqa: PLC0415 - light start

    return evaluate_made_crowds(data, advance)


def candidates(data: Path, advance: Advance) -> Found:
    """Incidents found in feeds that are mixed, and in talk of nothing."""
    from knowledge.language import corpora  # noqa: PLC0415 - light start
    from knowledge.spread import candidate_evaluation as candidates  # noqa: PLC0415 - light start
    from loaders.labelled_feeds import read_labelled_feeds  # noqa: PLC0415 - light start

    feeds = read_labelled_feeds(data / "feeds/crisislex-t26")
    talk = corpora.read("goemotions", data / "language").texts

    def told(done: int, several: int) -> None:
        advance("candidates", done, several)

    kept = candidates.evaluate(feeds[1::2], talk, CANDIDATE_SEEDS, "kept half", told)
    return [*kept, *candidates.evaluate_talk(talk)], ()


def places(data: Path, advance: Advance) -> Found:
    """Regions that words tell of."""
    from service.location_evaluation import evaluate_places  # noqa: PLC0415 - light start

    return evaluate_places(data, advance)


def language(data: Path, advance: Advance) -> Found:
    """The heads on rows that were kept from every fit."""
    from knowledge.language import corpora, heads, training  # noqa: PLC0415 - light start
    from knowledge.language.evaluation import evaluate  # noqa: PLC0415 - light start
    from knowledge.language.material import prepare  # noqa: PLC0415 - light start

    shipped = heads.load()
    given = {}
    for name in training.CORPORA:
        kept = corpora.read(name, data / "language").kept()
        material = prepare(name, kept, cache=None, progress=advance)
        given[name] = (kept, material.blocks())
    return [*_figures(evaluate(given, shipped.heads))], ()


def empathy(data: Path, _: Advance) -> Found:
    """Levels of empathy, plain and under attack."""
    from knowledge.language.empathy_evaluation import evaluate, own  # noqa: PLC0415 - light start

    rows: list[Row] = []
    for name, figures in evaluate(data / "language").items():
        attacks = {about: one for about, one in figures.items() if isinstance(one, dict)}
        plain = attacks.pop("macro_f1")
        rows += _figures({name: {"rows": figures["rows"], "macro_f1": plain}})
        for attack, found in attacks.items():
            rows += _figures({f"{name}, {attack}": {"rows": figures["rows"], **found}})
    for name, kinds in own().items():
        for kind, seen in kinds.items():
            for about in ("recall", "false_alarms"):
                if about in seen:
                    given = {"rows": seen[f"{about}_rows"], about: seen[about]}
                    rows += _figures({f"{name}, our own, {kind}": given})
    return rows, ()


def _figures(found: dict[str, dict[str, object]]) -> Iterator[Row]:
    for subject, figures in found.items():
        flat = dict(figures)
        inner = flat.pop("negative", None)
        if isinstance(inner, dict):
            yield from _figures({f"{subject}, negative": inner})
        for name, figure in flat.items():
            if isinstance(figure, dict):
                yield Row(
                    data=f"{subject}, {flat['rows']} texts",
                    split="own validation",
                    figure=name.replace("_", " "),
                    value=float(figure["value"]),
                    interval=(float(figure["low"]), float(figure["high"])),
                    baseline=_BASELINES.get((subject, name), ""),
                )


def coverage(data: Path, advance: Advance) -> Found:
    """Risk by coverage."""
    from service.coverage import curves, rows  # noqa: PLC0415 - light start

    return rows(curves(data, advance)), ()


def labelled(data: Path, _: Advance) -> Found:
    """Urgency and betrayal, as the authors labelled them."""
    from knowledge.language import indicators, labelled, labelled_evaluation  # noqa: PLC0415

    texts = labelled.read(data if data.is_dir() else None)
    scorer = labelled_evaluation.from_judge(indicators.load())
    rows = labelled_evaluation.evaluate(scorer, texts, "test")
    several = [
        Row(
            data=f"{row.data}, {row.part}, {row.texts} texts",
            split=row.split,
            figure=row.figure,
            value=row.value,
            interval=(row.low, row.high),
            baseline="" if row.baseline is None else f"keywords {row.baseline:.3f}",
        )
        for row in rows
    ]
    return several, ()


def retrieval(data: Path, advance: Advance) -> Found:
    """Precedents found for questions of two public corpora."""
    from service.retrieval_evaluation import evaluate_retrieval  # noqa: PLC0415 - light start

    return evaluate_retrieval(data, advance)


def trainers(data: Path, advance: Advance) -> Found:
    """Precedents found for questions of trainers."""
    from service.retrieval_evaluation import evaluate_trainers  # noqa: PLC0415 - light start

    return evaluate_trainers(data, advance)


_BASELINES: Final = {
    ("frustration", "auroc"): "VADER .759, n-grams .807, MiniLM fine-tuned .878",
    ("frustration", "average_precision"): "VADER .282, n-grams .442, MiniLM fine-tuned .579",
    ("frustration", "macro_f1"): "n-grams .682, MiniLM fine-tuned .751",
    ("irony (TweetEval)", "f1"): "n-grams .605, MiniLM fine-tuned .654, published .654 to .821",
    ("irony (TweetEval)", "auroc"): "n-grams .723, MiniLM fine-tuned .743",
    ("irony (iSarcasmEval)", "f1"): "transfer .320, published best .605",
    ("irony (iSarcasmEval)", "auroc"): "transfer .725",
    ("emotional_reactions", "macro_f1"): "MiniLM with length .632, published .745",
    ("interpretations", "macro_f1"): "MiniLM with length .510, published .626",
    ("explorations", "macro_f1"): "MiniLM with length .635, published .726",
}
"""What simpler ways and papers reach on the same corpora; theirs are other rows than ours."""
