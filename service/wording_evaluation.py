"""What `attune evaluate` measures of messages: disclosure, claims and promises, self-labelled."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from knowledge.language.disclosure_labels import Split
from knowledge.language.labelled_evaluation import Row as Measured
from knowledge.spread.volume_evaluation import Row
from service.evaluating import Advance, Found


def evaluate_disclosure(_: Path, advance: Advance) -> Found:
    """The rules alone, and the rules with the screen, on the half to quote and on fresh words."""
    from knowledge.language import disclosure_evaluation as disclosure  # noqa: PLC0415 - light start
    from knowledge.language import disclosure_labels, suspicion  # noqa: PLC0415 - light start

    given = disclosure_labels.sentences()
    judges = {"rules": disclosure.by_rules, "screen": disclosure.by_screen(suspicion.load())}
    splits: tuple[Split, ...] = ("test", "fresh")
    rows: list[Row] = []
    for done, split in enumerate(splits, start=1):
        for name, judge in judges.items():
            rows += _whole(disclosure.evaluate(judge, given, split), f"by {name}")
        advance("disclosure", done, len(splits))
    return rows, ()


def evaluate_claims(_: Path, __: Advance) -> Found:
    """Claims and promises on the half to quote."""
    from knowledge.language import claims_evaluation, disclosure_labels  # noqa: PLC0415

    measured = claims_evaluation.evaluate(disclosure_labels.stated(), "test")
    return [*_whole(measured, "by rules")], ()


def evaluate_onboarding(_: Path, __: Advance) -> Found:
    """Outdated statements of onboarding material: how many are found, how many wrongly."""
    from knowledge.onboarding_labels import measured, statements  # noqa: PLC0415 - light start
    from knowledge.proportions import wilson  # noqa: PLC0415 - light start

    rows: list[Row] = []
    for split in ("development", "development-2", "test", "fresh"):
        given = tuple(one for one in statements() if one.split == split)
        found = measured(given)
        shares = {
            "precision": (found.hits, found.hits + found.false),
            "recall": (found.hits, found.hits + found.missed),
            **{f"recall, {why}": counts for why, counts in found.kinds.items()},
        }
        rows += [
            Row(
                data=f"{len(given)} statements, {of} of them",
                split=split,
                figure=figure,
                value=hits / of,
                interval=wilson(hits, of),
                baseline="",
            )
            for figure, (hits, of) in shares.items()
        ]
    return rows, ()


def _whole(measured: Sequence[Measured], how: str) -> Iterator[Row]:
    for row in measured:
        if row.part == "all":
            yield Row(
                data=f"{row.data}, {how}, {row.texts} texts",
                split=row.split,
                figure=row.figure,
                value=row.value,
                interval=(row.low, row.high),
                baseline="" if row.baseline is None else f"keywords {row.baseline:.3f}",
            )
