"""Made-up talk of known virality: the self-exciting process that the estimator is measured on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

DAY: Final = 86_400.0
Times: TypeAlias = NDArray[np.float64]
Delays: TypeAlias = Callable[[np.random.Generator, int], Times]
"""Draws that many delays, in seconds, between a post and those that it brings about."""
Background: TypeAlias = Callable[[Times], Times]
"""How likely (0..1) a post that nothing brought about is kept, by its time in seconds."""


def exponential(mean: float) -> Delays:
    """Delays that are forgotten at a constant rate, with this mean in seconds."""
    return lambda chance, many: chance.exponential(mean, many)


def heavy_tailed(mean: float, exponent: float = 1.5) -> Delays:
    """Delays whose tail falls as a power (Lomax), with this mean in seconds."""
    scale = mean * (exponent - 1)
    return lambda chance, many: scale * chance.pareto(exponent, many)


def mixed(fast: float, slow: float, share: float) -> Delays:
    """Two kinds of answers: that share with the mean of the slow ones, in seconds."""
    return lambda chance, many: chance.exponential(
        np.where(chance.uniform(size=many) < share, slow, fast)
    )


def humped(mean: float) -> Delays:
    """Delays that are seldom very short (gamma, shape 2), with this mean in seconds."""
    return lambda chance, many: chance.gamma(2.0, mean / 2, many)


def stationary(times: Times) -> Times:
    """A background that does not change."""
    return np.ones_like(times)


def stepped(at: float) -> Background:
    """A background that doubles at a second: no contagion, though the rate rises."""
    return lambda times: np.where(times < at, 0.5, 1.0)


def daily(times: Times) -> Times:
    """A background that swings by 80 % around its mean every day."""
    return (1 + 0.8 * np.sin(2 * np.pi * times / DAY)) / 1.8


def jumping(at: float, fade: float) -> Background:
    """A background that jumps to seven times its level at a second, as after news, and fades."""
    return lambda times: (1 + 6 * (times >= at) * np.exp(-np.maximum(times - at, 0) / fade)) / 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How talk comes about: `rate` posts a second at most that nothing brings about.

    Each post brings about a Poisson number of further ones with mean `factor`, each after a delay.
    """

    factor: float
    rate: float
    delays: Delays
    background: Background = stationary


def simulate(
    chance: np.random.Generator,
    talk: Talk,
    span: float,
    most: int = 1_000_000,
    history: float = 0.0,
) -> Times:
    """Times of posts in seconds from 0 to `span`, in order, generation by generation.

    Talk begins `history` seconds earlier, unseen. At a factor of 1 or more, talk need not end: no
    generation is begun after `most` posts.
    """
    times = chance.uniform(-history, span, chance.poisson(talk.rate * (span + history)))
    parents = times[chance.uniform(size=len(times)) < talk.background(times)]
    generations, total = [parents], len(parents)
    while len(parents) and total < most:
        parents = _answers(chance, talk, parents, span)
        generations.append(parents)
        total += len(parents)
    every = np.sort(np.concatenate(generations))
    return every[every >= 0]


def outbreak(chance: np.random.Generator, talk: Talk, span: float, posts: int) -> Times:
    """The first posts of talk that begins with nothing, at a factor of about 1 or more.

    What comes after the last of them is never made up, so this takes few more posts than it
    gives; fewer come where the talk does not bring about so many within `span`.
    """
    parents = chance.uniform(0, span, chance.poisson(talk.rate * span))
    generations, total = [parents], len(parents)
    while len(parents):
        parents = _answers(chance, talk, parents, span)
        generations.append(parents)
        total += len(parents)
        if total > 2 * posts:
            every = np.concatenate(generations)
            # Later posts can only come before this one, never move it further away.
            span = float(np.partition(every, posts)[posts])
            generations, parents = [every[every < span]], parents[parents < span]
            total = len(generations[0])
    return np.sort(np.concatenate(generations))[:posts]


def _answers(chance: np.random.Generator, talk: Talk, parents: Times, end: float) -> Times:
    children = np.repeat(parents, chance.poisson(talk.factor, len(parents)))
    children = children + talk.delays(chance, len(children))
    return children[children < end]


def thin(chance: np.random.Generator, times: Times, rate: float) -> Times:
    """What a feed delivers that passes on each post with this probability."""
    return times[chance.uniform(size=len(times)) < rate]
