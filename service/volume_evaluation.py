"""Evaluate volume alarms on a folder of labelled series."""

from pathlib import Path

from knowledge.spread.volume_evaluation import Evaluation, evaluate
from loaders.labelled_series import read_labelled


def evaluate_volume(folder: Path) -> Evaluation:
    """Figures with intervals and baselines, and every window found or missed.

    The folder has `windows.json` and the series that it names, as NAB's realTweets has.

    Raises:
        TableInvalid: a file can't be read.
    """
    return evaluate(read_labelled(folder))
