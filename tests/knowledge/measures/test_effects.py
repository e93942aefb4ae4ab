"""Effects of what people got: the truth is recovered though who got it was no chance."""

import math

import numpy as np
import pytest
from scipy.stats import binom  # type: ignore[import-untyped]

from knowledge.measures.confounding import e_value
from knowledge.measures.designs import design
from knowledge.measures.effects import Sample, effects, weighing
from knowledge.measures.estimates import Unsuited, Withheld
from knowledge.measures.hazards import hazards
from knowledge.measures.logistic import logistic
from knowledge.measures.retention import People, retention
from tests.knowledge.measures.populations import Made, people, risk

DAYS = 60.0


def sample(made: Made, *, declared: bool = True) -> Sample:
    columns = made.columns if declared else {}
    return Sample(
        exposed=made.exposed,
        happened=(made.leaves <= DAYS).astype(float),
        design=design(columns, len(made.exposed)),
    )


def enough(covers: int, of: int, level: float = 0.95) -> bool:
    """Whether so many covers are what intervals of that level give, all but once in a million."""
    return bool(covers >= binom.ppf(1e-6, of, level))


def test_the_effect_is_recovered_and_the_plain_difference_is_not() -> None:
    truth = risk(DAYS, -0.7, 1) - risk(DAYS, -0.7, 0)
    covers = plain = 0
    apart = []
    for seed in range(300):
        some = sample(people(800, np.random.default_rng(seed)))
        found = effects(some, weighing(some))
        apart.append(found.difference.value - truth)
        covers += found.difference.low <= truth <= found.difference.high
        plain += found.crude.low <= truth <= found.crude.high
    assert abs(np.mean(apart)) < 4 * np.std(apart) / math.sqrt(len(apart))
    assert enough(covers, 300)
    assert plain < 150


def test_without_an_effect_an_interval_seldom_says_one() -> None:
    found = [
        effects(some, weighing(some)).difference
        for some in (sample(people(500, np.random.default_rng(seed), 0.0)) for seed in range(150))
    ]
    assert enough(sum(one.low <= 0 <= one.high for one in found), 150)


def test_weighting_balances_what_is_declared() -> None:
    some = sample(people(4000, np.random.default_rng(3)))
    terms = weighing(some).terms
    assert max(abs(one.before) for one in terms) > 0.5
    assert all(one.balanced for one in terms)


def test_logistic_regression_is_that_of_statsmodels() -> None:
    from statsmodels.discrete.discrete_model import (  # type: ignore[import-untyped]
        Logit,
    )

    some = sample(people(900, np.random.default_rng(5)))
    matrix = some.design.with_constant(some.exposed)
    groups = np.arange(900) // 2
    ours = logistic(matrix, some.happened, groups)
    theirs = Logit(some.happened, matrix).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    assert np.allclose(ours.coefficients, theirs.params, atol=1e-5)
    assert np.allclose(ours.covariance * (449 / 450), theirs.cov_params(), rtol=1e-3)


@pytest.fixture(scope="module")
def made() -> Made:
    return people(900, np.random.default_rng(11))


@pytest.mark.filterwarnings("ignore")
def test_coxs_model_and_its_check_are_those_of_lifelines(made: Made) -> None:
    import pandas as pd  # type: ignore[import-untyped]
    from lifelines import CoxPHFitter  # type: ignore[import-untyped]
    from lifelines.statistics import (  # type: ignore[import-untyped]
        proportional_hazard_test,
    )

    some = Sample(exposed=made.exposed, happened=made.left, design=design(made.columns))
    ours = hazards(some, made.until)
    frame = pd.DataFrame(some.design.matrix, columns=["a", "b", "c"])
    frame["got"], frame["until"], frame["left"] = made.exposed, made.until, made.left
    theirs = CoxPHFitter().fit(frame, "until", "left", robust=True)
    plain = CoxPHFitter().fit(frame, "until", "left")
    rank = proportional_hazard_test(plain, frame, time_transform="rank")
    assert math.log(ours.ratio.value) == pytest.approx(theirs.params_["got"], abs=1e-4)
    assert ours.ratio.high == pytest.approx(
        math.exp(theirs.confidence_intervals_.loc["got"].iloc[1]), rel=0.02
    )
    assert ours.proportional == pytest.approx(rank.summary.loc["got", "p"], abs=0.02)


def test_the_hazard_ratio_is_recovered() -> None:
    covers = 0
    for seed in range(30):
        made = people(300, np.random.default_rng(1000 + seed))
        some = Sample(exposed=made.exposed, happened=made.left, design=design(made.columns))
        found = hazards(some, made.until).ratio
        covers += found.low <= math.exp(-0.7) <= found.high
    assert enough(covers, 30)


def test_hazards_that_cross_are_told_as_not_proportional() -> None:
    generator = np.random.default_rng(2)
    exposed = np.repeat([0.0, 1.0], 600)
    until = np.where(
        exposed > 0, 60 * generator.weibull(3.0, 1200), 60 * generator.weibull(0.8, 1200)
    )
    some = Sample(
        exposed=exposed, happened=np.ones(1200), design=design({"x": generator.normal(size=1200)})
    )
    assert hazards(some, np.ceil(until) + 1).proportional < 0.001


def asked(made: Made) -> People:
    return People(
        exposed=made.exposed,
        until=made.until,
        left=made.left,
        followed=made.followed,
        columns=made.columns,
    )


def test_retention_tells_every_part(made: Made) -> None:
    found = retention(asked(made), DAYS, np.random.default_rng(1))
    assert not isinstance(found.effects, Withheld)
    assert not isinstance(found.hazards, Withheld)
    assert found.effects.difference.high < 0
    assert found.hazards.ratio.high < 1
    assert not isinstance(found.days, Withheld)
    assert found.days.low > 0
    assert found.effects.e_value > found.effects.e_value_of_limit > 1


def test_the_same_sample_gives_the_same_figures(made: Made) -> None:
    one, two = (retention(asked(made), DAYS, np.random.default_rng(1)).days for _ in range(2))
    assert one == two


def test_people_who_are_not_followed_for_the_whole_horizon_are_in_no_share(made: Made) -> None:
    found = retention(asked(made), 150.0, np.random.default_rng(1))
    assert found.brief == int((made.followed < 150).sum())
    assert not isinstance(found.effects, Withheld)
    assert found.effects.difference.n <= len(made.exposed) - found.brief


def test_a_horizon_beyond_all_is_withheld(made: Made) -> None:
    found = retention(asked(made), 1000.0, np.random.default_rng(1))
    assert isinstance(found.effects, Withheld)
    assert isinstance(found.days, Withheld)


def test_too_few_people_are_refused_with_what_would_do() -> None:
    few = people(99, np.random.default_rng(1))
    with pytest.raises(Unsuited, match="at least 100"):
        retention(asked(few), DAYS, np.random.default_rng(1))


def test_too_few_events_for_the_terms_are_refused() -> None:
    made = people(400, np.random.default_rng(1))
    rare = Sample(
        exposed=made.exposed,
        happened=(np.arange(400) < 12).astype(float),
        design=design(made.columns),
    )
    with pytest.raises(Unsuited, match=r"12 of 400 people left.*fewer confounders"):
        effects(rare, weighing(rare))


def test_what_tells_without_doubt_who_leaves_is_named() -> None:
    generator = np.random.default_rng(4)
    site = generator.choice(["a", "b"], 600).astype(object)
    some = Sample(
        exposed=(generator.random(600) < 0.5).astype(float),
        happened=((site == "b") & (generator.random(600) < 0.7)).astype(float),
        design=design({"site": site}),
    )
    with pytest.raises(Unsuited, match=r"'site: .*no odds ratio"):
        effects(some, weighing(some))


def test_people_without_a_like_in_the_other_group_are_refused() -> None:
    generator = np.random.default_rng(4)
    site = generator.choice(["a", "b"], 600).astype(object)
    exposed = np.where(site == "a", generator.random(600) < 0.99, generator.random(600) < 0.01)
    some = Sample(
        exposed=exposed.astype(float),
        happened=(generator.random(600) < 0.4).astype(float),
        design=design({"site": site}),
    )
    with pytest.raises(Unsuited, match="nobody to be held against"):
        weighing(some)


def test_one_group_alone_is_refused() -> None:
    made = people(400, np.random.default_rng(1))
    some = Sample(exposed=np.ones(400), happened=made.left, design=design(made.columns))
    with pytest.raises(Unsuited, match="400 people got it and 0 did not"):
        weighing(some)


def test_missing_values_are_counted_and_keep_their_people() -> None:
    found = design(
        {
            "spend": np.array([1.0, np.nan, 3.0] * 10),
            "site": np.array(["a", "b", None] * 10, dtype=object),
        }
    )
    assert dict(found.missing) == {"spend": 10, "site": 10}
    assert found.terms == ("spend", "spend: not known", "site: b", "site: not known")
    assert found.matrix.shape == (30, 4)


def test_columns_in_which_all_are_alike_are_left_out_and_named() -> None:
    found = design({"site": np.array(["a"] * 30, dtype=object), "x": np.full(30, np.nan)})
    assert found.left_out == ("site", "x")


def test_an_e_value_grows_with_the_effect_either_way() -> None:
    assert e_value(1.5) < e_value(2.0) == pytest.approx(e_value(0.5))
    assert e_value(0.0) == math.inf
