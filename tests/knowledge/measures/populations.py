"""Made-up people whose truth is known: what they get depends on what they are, and so do they."""

from dataclasses import dataclass

import numpy as np

from knowledge.measures.designs import Floats, Values

BASE, HEAVY, ANGRY = -5.0, 0.6, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """People: what is known of them, what they got, when they left (days), how long followed."""

    columns: dict[str, Values]
    exposed: Floats
    leaves: Floats
    followed: Floats

    @property
    def until(self) -> Floats:
        return np.minimum(self.leaves, self.followed)

    @property
    def left(self) -> Floats:
        return (self.leaves <= self.followed).astype(float)


def people(many: int, generator: np.random.Generator, effect: float = -0.7) -> Made:
    """Those who are heavy users or angry get it more often, and leave sooner: confounded."""
    use = generator.normal(size=many)
    mood = generator.choice(["angry", "calm", "quiet"], many)
    chance = 1 / (1 + np.exp(-(0.8 * use + 0.7 * (mood == "angry") - 0.2)))
    exposed = (generator.random(many) < chance).astype(float)
    hazard = np.exp(BASE + HEAVY * use + ANGRY * (mood == "angry") + effect * exposed)
    leaves = np.ceil(generator.exponential(1 / hazard))
    return Made(
        columns={"use": use, "mood": mood.astype(object)},
        exposed=exposed,
        leaves=leaves,
        followed=np.floor(generator.uniform(61, 200, many)),
    )


def risk(days: float, effect: float, exposed: float, many: int = 1_000_000) -> float:
    """The true risk to leave within so many days, if all got it or nobody did."""
    generator = np.random.default_rng(99)
    use = generator.normal(size=many)
    angry = generator.random(many) < 1 / 3
    hazard = np.exp(BASE + HEAVY * use + ANGRY * angry + effect * exposed)
    return float((1 - np.exp(-days * hazard)).mean())
