"""Comparing: two bundles become one report, from what their rules mean to what their words say."""

from collections.abc import Mapping

from ontology.facts import catalogue
from rules.comparison import compare
from rules.comparison_report import Report
from rules.policy import build
from rules.shown_regions import Progress, shown
from service.part_differences import part_differences


def comparing(
    old: Mapping[str, bytes],
    new: Mapping[str, bytes],
    progress: Progress = lambda _done, _all: None,
) -> Report:
    """Compare two bundles; about a tenth of a second, a second where shapes changed.

    Raises:
        Invalid: the books or templates of one are broken.
        ShapesInvalid: its shapes are.
        FileInvalid: another of its files is.
    """
    comparison = compare(build(old, catalogue()), build(new, catalogue()))
    parts = part_differences(old, new)
    found = shown(comparison, catalogue(), progress)
    return Report(comparison=comparison, shown=found, parts=parts)
