"""Evaluate volume alarms on a folder of labelled series, and on made ones."""

from pathlib import Path

from knowledge.spread.made_volume import made, shapes
from knowledge.spread.volume_evaluation import Evaluation, Row, as_shipped, evaluate
from loaders.labelled_series import read_labelled


def evaluate_volume(folder: Path) -> Evaluation:
    """Figures with intervals and baselines, and every window found or missed.

    The folder has `windows.json` and the series that it names, as NAB's realTweets has.

    Raises:
        TableInvalid: a file can't be read.
    """
    return evaluate(read_labelled(folder))


def evaluate_made_volume() -> tuple[Row, ...]:
    """Figures on series that our own generator makes: never a headline, but their truth is known.

    It takes about ten seconds.
    """
    series = [made(shape, seed) for seed, shape in enumerate(shapes())]
    bursts = sum(len(each.windows) for each in series)
    return as_shipped(f"{len(series)} made series, {bursts} bursts", series)
