"""Linear programmes with whole numbers, solved by HiGHS: the same problem, the same answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import highspy

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

GAP: Final = 1e-4
"""How far below the best that is possible an answer may stay, as a share of it."""

MOST_NODES: Final = 5_000
_SEED: Final = 20_261_123


class NoAnswer(Exception):
    """The solver stopped without an answer, though it did not prove that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`low <= weights · columns <= high`, under the name that people read."""

    name: str
    columns: Whole
    weights: Floats
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A best answer in parts of units, and what it is worth."""

    columns: Floats
    prices: Floats
    """What one more unit of each row's bound would be worth."""

    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What is to be made as large as possible, and within which rows."""

    worth: Floats
    """Of one unit of each column."""

    most: Floats
    """Of each column; none falls below 0."""

    whole: Flags
    """Which columns count in whole units."""

    rows: Sequence[Row] = field(default_factory=list)

    def best(self, *, near: float = 0.0, nodes: int = MOST_NODES) -> Floats | None:
        """The columns of a best answer; None where no answer keeps to all rows.

        Args:
            near: so much less than the best is good enough, beside GAP.
            nodes: how far is looked; a limit of time would make answers depend on how busy
                a machine is.

        Raises:
            NoAnswer: neither was found nor excluded.
        """
        solved = self._solved({"mip_abs_gap": near, "mip_max_nodes": nodes})
        if solved is None:
            return None
        values = np.asarray(solved.getSolution().col_value, dtype=np.float64)
        return np.where(self.whole, np.round(values), values)

    def in_parts(self) -> Parts | None:
        """A best answer if parts of units are allowed; None where there is none even so.

        Raises:
            NoAnswer: an answer was neither found nor excluded.
        """
        solved = self._solved(None)
        if solved is None:
            return None
        found = solved.getSolution()
        return Parts(
            columns=np.asarray(found.col_value, dtype=np.float64),
            prices=np.asarray(found.row_dual, dtype=np.float64),
            worth=float(solved.getInfo().objective_function_value),
        )

    def _solved(self, whole: Mapping[str, Any] | None) -> "highspy.Highs | None":
        """As HiGHS has solved it; with parts of units where no options for whole ones are said."""
        import highspy  # noqa: PLC0415 - light start

        solver = _quiet()
        options: dict[str, Any] = {
            "threads": 1,
            "random_seed": _SEED,
            "mip_rel_gap": GAP,
            **(whole or {}),
        }
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._model(relaxed=whole is None))
        solver.run()
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        found = solver.getInfo().primal_solution_status
        if found != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise NoAnswer(solver.modelStatusToString(status))
        return solver

    def _model(self, *, relaxed: bool) -> "highspy.HighsLp":
        import highspy  # noqa: PLC0415 - light start

        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.worth), len(self.rows)
        model.sense_ = highspy.ObjSense.kMaximize
        model.col_cost_, model.col_lower_ = self.worth, np.zeros(len(self.worth))
        model.col_upper_ = self.most
        model.row_lower_ = np.array([row.low for row in self.rows], dtype=np.float64)
        model.row_upper_ = np.array([row.high for row in self.rows], dtype=np.float64)
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        lengths = [0, *(len(row.columns) for row in self.rows)]
        matrix.start_ = np.cumsum(lengths).astype(np.int32)
        empty = np.empty(0)
        matrix.index_ = np.concatenate([empty, *(one.columns for one in self.rows)]).astype("i4")
        matrix.value_ = np.concatenate([empty, *(one.weights for one in self.rows)])
        if not relaxed:
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            model.integrality_ = [kinds[int(one)] for one in self.whole]
        return model


def conflict(programme: Programme) -> tuple[str, ...]:
    """The names of rows of which no answer keeps to all, though it could without any one of them.

    Rows of one name stand or fall together. Empty where all can be kept.
    """
    if programme.best() is not None:
        return ()
    kept = tuple(dict.fromkeys(row.name for row in programme.rows))
    for name in kept:
        fewer = tuple(one for one in kept if one != name)
        if only(programme, fewer).best() is None:
            kept = fewer
    return kept


def only(programme: Programme, names: Collection[str]) -> Programme:
    """The programme with the rows of some names."""
    return replace(programme, rows=[row for row in programme.rows if row.name in names])


def _quiet() -> "highspy.Highs":
    """A solver that writes nothing to standard output, not even who made it."""
    import highspy  # noqa: PLC0415 - light start

    class Quiet(highspy.Highs):
        """Silenced before its constructor writes its banner."""

        def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS's own name
            """Be silent first."""
            self.silent()
            super().enableCallbacks()  # type: ignore[no-untyped-call] # highspy's own

    return Quiet()  # type: ignore[no-untyped-call] # highspy's own
