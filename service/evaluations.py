"""What `attune evaluate` measures: volume alarms, virality, language, self-labelled texts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from knowledge.spread.volume_evaluation import Row
from service.evaluating import Advance, Found, Part
from service.wording_evaluation import evaluate_claims, evaluate_disclosure, evaluate_onboarding

VIRALITY_SEEDS: Final = range(1_000, 1_010)
"""Seeds that nothing was tuned on."""

CANDIDATE_SEEDS: Final = range(1_001, 1_006)
"""Interleavings of the feeds that nothing was tuned on."""


def _volume(data: Path, _: Advance) -> Found:
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


def _made_volume(_: Path, __: Advance) -> Found:
    from service.volume_evaluation import evaluate_made_volume  # noqa: PLC0415 - light start

    return evaluate_made_volume(), ()


def _unusual(data: Path, advance: Advance) -> Found:
    from service.unusual_evaluation import evaluate_unusual  # noqa: PLC0415 - light start

    return evaluate_unusual(data, advance)


def _virality(_: Path, advance: Advance) -> Found:
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


def _crowds(data: Path, advance: Advance) -> Found:
    from service.crowd_evaluation import evaluate_crowds  # noqa: PLC0415 - light start

    return evaluate_crowds(data, advance)


def _made_crowds(data: Path, advance: Advance) -> Found:
    from service.made_crowd_evaluation import evaluate_made_crowds  # noqa: PLC0415 - light start

    return evaluate_made_crowds(data, advance)


def _candidates(data: Path, advance: Advance) -> Found:
    from knowledge.language import corpora  # noqa: PLC0415 - light start
    from knowledge.spread import candidate_evaluation as candidates  # noqa: PLC0415 - light start
    from loaders.labelled_feeds import read_labelled_feeds  # noqa: PLC0415 - light start

    feeds = read_labelled_feeds(data / "feeds/crisislex-t26")
    talk = corpora.read("goemotions", data / "language").texts

    def told(done: int, several: int) -> None:
        advance("candidates", done, several)

    kept = candidates.evaluate(feeds[1::2], talk, CANDIDATE_SEEDS, "kept half", told)
    return [*kept, *candidates.evaluate_talk(talk)], ()


def _places(data: Path, advance: Advance) -> Found:
    from service.location_evaluation import evaluate_places  # noqa: PLC0415 - light start

    return evaluate_places(data, advance)


def _language(data: Path, advance: Advance) -> Found:
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


def _empathy(data: Path, _: Advance) -> Found:
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


def _coverage(data: Path, advance: Advance) -> Found:
    from service.coverage import curves, rows  # noqa: PLC0415 - light start

    return rows(curves(data, advance)), ()


def _labelled(data: Path, _: Advance) -> Found:
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


def _retrieval(data: Path, advance: Advance) -> Found:
    from service.retrieval_evaluation import evaluate_retrieval  # noqa: PLC0415 - light start

    return evaluate_retrieval(data, advance)


def _trainers(data: Path, advance: Advance) -> Found:
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

PARTS: Final[Sequence[Part]] = (
    Part(
        name="volume",
        heading="Volume alarms",
        about="Tweets of NAB's realTweets; each series at the limit that is best on the others.",
        folders=("volume/nab-realtweets",),
        measure=_volume,
    ),
    Part(
        name="made-volume",
        heading="Volume alarms on made series",
        about="Series of our own generator, whose truth is known; never a headline.",
        folders=(),
        measure=_made_volume,
    ),
    Part(
        name="unusual",
        heading="Feeds of unusual volume",
        about="The same tweets by the fact `unusual`, which knows eight days and no more.",
        folders=("volume/nab-realtweets",),
        measure=_unusual,
    ),
    Part(
        name="virality",
        heading="Virality",
        about="Made-up talk of known branching factor, on seeds that nothing was tuned on.",
        folders=(),
        measure=_virality,
    ),
    Part(
        name="crowds",
        heading="Copies, floods and bursts that stand for few",
        about="Hours of real crises, by the rules that attune ships; then posts planted in them.",
        folders=("feeds/crisislex-t26",),
        measure=_crowds,
    ),
    Part(
        name="made-crowds",
        heading="Rules about crowds on made crowds",
        about="Real words under made accounts, platforms, regions and readers; never a headline.",
        folders=("feeds/crisislex-t26",),
        measure=_made_crowds,
    ),
    Part(
        name="candidates",
        heading="Candidate incidents",
        about="Nine CrisisLex T26 feeds at once, and comments of GoEmotions as talk of nothing; "
        "every second feed by name was kept from all tuning.",
        folders=("feeds/crisislex-t26", "language/goemotions"),
        measure=_candidates,
    ),
    Part(
        name="places",
        heading="Regions derived from words",
        about="Whether the region that a post's words tell of is that of its crisis.",
        folders=("feeds/crisislex-t26",),
        measure=_places,
    ),
    Part(
        name="language",
        heading="Language",
        about="Public corpora, rows that were kept from every fit, the heads that attune ships.",
        folders=(
            "language/goemotions",
            "language/irony",
            "language/isarcasm",
        ),
        measure=_language,
    ),
    Part(
        name="empathy",
        heading="Empathy",
        about="EPITOME, rows whose seekers were kept, as they stand and attacked; intervals are "
        "of bootstraps over seekers.",
        folders=("language/epitome",),
        measure=_empathy,
    ),
    Part(
        name="coverage",
        heading="Risk and coverage",
        about="How often the surest share of judgements is wrong, the rest left to people.",
        folders=("language/goemotions", "language/irony", "language/isarcasm"),
        measure=_coverage,
    ),
    Part(
        name="labelled",
        heading="Urgency and betrayal, self-labelled",
        about="Labelled by the authors and a language model, [twice](labelling.md): no headline.",
        folders=(),
        measure=_labelled,
    ),
    Part(
        name="disclosure",
        heading="Disclosure, self-labelled",
        about="Harm, fault and non-apologies as the authors [labelled](disclosure.md) them.",
        folders=(),
        measure=evaluate_disclosure,
    ),
    Part(
        name="claims",
        heading="Claims and promises, self-labelled",
        about="What messages [commit to](claims.md), as the authors labelled it: no headline.",
        folders=(),
        measure=evaluate_claims,
    ),
    Part(
        name="retrieval",
        heading="Retrieval",
        about="Precedents are [ranked](training.md) by meaning and words; differences are paired "
        "by question. Held-out folds: the setting is chosen on the other questions of both.",
        folders=("retrieval/cranfield", "retrieval/banking77"),
        measure=_retrieval,
    ),
    Part(
        name="trainers",
        heading="Questions of trainers, self-labelled",
        about="Asked of the sample cases, graded twice by the authors and a language model: "
        "no headline.",
        folders=(),
        measure=_trainers,
    ),
    Part(
        name="onboarding",
        heading="Outdated onboarding material, self-labelled",
        about="Statements that the authors [labelled](onboarding.md); those called fresh were "
        "written after the rules, which were not changed since: no headline.",
        folders=(),
        measure=evaluate_onboarding,
    ),
)
"""Every subject, in the order of the page."""
