"""Speed and care as a report: how long cases take against how empathetic their answers are."""

from typing import Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow has no type stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]  # pyarrow has no type stubs

from knowledge.measures.designs import Floats, Values, design
from knowledge.measures.estimates import Unsuited
from knowledge.measures.frontier import units
from knowledge.measures.histories import History, Integers
from knowledge.measures.tradeoff import Cases, carried, slopes, together
from ontology.identity import ThingId
from service.figured import Figured
from service.observing import observed
from service.outcome_bodies import Held, SpeedIn, Unit
from service.outcome_people import DAY, answers, names, seconds
from service.recorded_history import Progress
from service.speed_report import Found, told
from service.world import World

_SEED: Final = 20_261_124
_STEPS: Final = 4
_HOUR: Final = 3_600
_ASKED_WITHIN: Final = 30 * DAY


def report(world: World, asked: SpeedIn, progress: Progress) -> Figured:
    """Work it out.

    Raises:
        Unsuited: too few cases have an answer whose empathy is known.
    """
    progress(0, _STEPS)
    table = observed(world, "resolution", asked.since, asked.until)
    if not table.num_rows:
        raise Unsuited(
            "no `resolution` is recorded in that time; load cases by `attune load resolutions`"
        )
    cases = _cases(world, table)
    carried(cases)
    whole = design({one.value: _held(table, one) for one in asked.held_equal}, table.num_rows)
    progress(1, _STEPS)
    generator = np.random.default_rng(_SEED)
    pairs = together(cases, whole, generator)
    progress(2, _STEPS)
    slope = slopes(cases, whole)
    progress(3, _STEPS)
    mix = {one.value: _held(table, one) for one in asked.held_equal if one.value != asked.by.value}
    known = design(mix, table.num_rows)
    compared, small = units(cases, _units(world, table, asked.by), known, generator)
    progress(_STEPS, _STEPS)
    found = Found(
        cases=cases, design=whole, pairs=pairs, slopes=slope, units=compared, small=small
    )
    return told(asked, found)


def _cases(world: World, table: pa.Table) -> Cases:
    opened = seconds(table["opened"])
    resolved = pc.is_valid(table["resolved"]).to_numpy()
    done = seconds(table["resolved"])
    last = max(int(opened.max()), int(done.max()))
    ended = np.where(resolved, done, last)
    known = pc.is_valid(table["subject"]).to_numpy()
    subjects = pc.fill_null(table["subject"], 0).to_numpy()
    others = np.arange(len(opened)).astype(np.uint64)
    effort = answers(world, "ces").first_between(subjects, ended, ended + _ASKED_WITHIN)
    return Cases(
        hours=np.maximum(0, ended - opened) / _HOUR,
        resolved=resolved.astype(float),
        care=_care(world, table, (subjects, opened, ended), known),
        effort=np.where(known & resolved, effort, np.nan),
        people=np.where(known, subjects, others),
    )


def _care(
    world: World,
    table: pa.Table,
    spans: tuple[Integers, Integers, Integers],
    known: Values,
) -> Floats:
    """The mean empathy of answers to each case; of its person in its time, if none names it."""
    said = observed(world, "response")
    said = said.filter(pc.is_valid(said["empathy"]))
    named = said.filter(pc.is_valid(said["case"]))
    by_case = named.group_by("case").aggregate([("empathy", "mean")])
    means = dict(
        zip(by_case["case"].to_pylist(), by_case["empathy_mean"].to_pylist(), strict=True)
    )
    own = np.array([means.get(case, np.nan) for case in table["case"].to_pylist()], dtype=float)
    loose = said.filter(pc.is_null(said["case"]))
    history = History.of(
        loose["subject"].to_numpy(), seconds(loose["at"]), loose["empathy"].to_numpy()
    )
    subjects, opened, ended = spans
    many = history.counts_between(subjects, opened, ended + 1)
    sums = history.sums_between(subjects, opened, ended + 1)
    near = np.divide(sums, many, out=np.full(len(many), np.nan), where=many > 0)
    return np.where(np.isnan(own) & known, near, own)


def _held(table: pa.Table, one: Held) -> Values:
    if one is Held.MONTH:
        return names(pc.strftime(table["opened"], "%Y-%m"))
    return names(table[one.value])


def _units(world: World, table: pa.Table, by: Unit) -> Values:
    if by is not Unit.TEMPLATE:
        return names(table[by.value])
    said = observed(world, "response")
    said = said.filter(pc.and_(pc.is_valid(said["case"]), pc.is_valid(said["message"])))
    pairs = zip(said["case"].to_pylist(), said["message"].to_pylist(), strict=True)
    known: dict[str, Any] = {}
    messages = dict(pairs)
    for message in {*messages.values()}:
        known[message] = world.graph.properties(ThingId(message)).get("usesTemplate", (None,))[0]
    used = [known.get(messages.get(case, "")) for case in table["case"].to_pylist()]
    return np.array([*used, None], dtype=object)[:-1]
