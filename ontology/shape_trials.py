"""Case tables of shapes are run: each shape fires on its mutants and spares its neighbours."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ontology.gate import Verdict, judge
from ontology.imagined import Imagined
from ontology.shape_cases import FIRES, QUIET, ShapeCase, ShapeTable
from ontology.shape_engines import GateEngine
from ontology.shape_graph import Shapes
from ontology.shape_results import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What came of one case; `differences` is empty where it passed."""

    case: ShapeCase
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether what was wanted came."""
        return not self.differences

    def __str__(self) -> str:
        """Like `consents.cases.yaml:12: It ends first: consent-period stays quiet, …`."""
        told = "; ".join(self.differences)
        return f"{self.case.file}:{self.case.line}: {self.case.note}: {told}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialReport:
    """What came of all tables; `unpaired` says which shapes lack a case, and which."""

    results: tuple[TrialResult, ...]
    unpaired: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every case passed and every shape has its pair."""
        return not self.unpaired and all(result.passed for result in self.results)

    def faults(self) -> Iterator[tuple[str, str]]:
        """What is wrong: the file, or nothing, and the words."""
        for result in self.results:
            if not result.passed:
                yield result.case.file, str(result)
        for words in self.unpaired:
            yield "", words


def run_tables(
    known: Shapes, tables: Iterable[ShapeTable], engine: GateEngine = GateEngine.BOTH
) -> TrialReport:
    """Run every case of some tables; with both engines, a case fails where they differ."""
    tables = [*tables]
    shared = [draft for table in tables if not table.cases for draft in table.given]
    common = Imagined().after(shared)
    results: list[TrialResult] = []
    for table in tables:
        ground = common.after(table.given)
        results += [_tried(known, ground, case, engine) for case in table.cases]
    return TrialReport(results=tuple(results), unpaired=tuple(_unpaired(known, results)))


def _tried(known: Shapes, ground: Imagined, case: ShapeCase, engine: GateEngine) -> TrialResult:
    if case.shape not in known.told:
        differences = [f"there is no shape {case.shape!r} that says what it refuses"]
    else:
        verdict = judge(ground, case.change, case.at, known.only(case.shape), engine)
        differences = [*_differences(case, verdict)]
    return TrialResult(case=case, differences=tuple(differences))


def _differences(case: ShapeCase, verdict: Verdict) -> Iterator[str]:
    mine = [result for result in verdict.results if result.shape == case.shape]
    if bool(mine) != case.fires:
        came, wanted = (FIRES, QUIET) if mine else (QUIET, FIRES)
        others = ", ".join(sorted({r.shape for r in verdict.results})) or "no shape"
        yield f"{case.shape} {came}, wanted: {wanted}; fired: {others}"
    elif mine and not any(_fits(case, result) for result in mine):
        yield f"{case.shape} fires otherwise than wanted: {'; '.join(map(str, map(_told, mine)))}"
    yield from (f"the engines differ about {name}" for name in verdict.disagreements)
    yield from verdict.faults


def _fits(case: ShapeCase, result: Result) -> bool:
    told = _told(result)
    return all(told[name] == value for name, value in case.want.items())


def _told(result: Result) -> dict[str, str]:
    return {
        "severity": result.severity,
        "focus": str(result.focus),
        "path": str(result.path),
        "value": str(result.value),
    }


def _unpaired(known: Shapes, results: Iterable[TrialResult]) -> Iterator[str]:
    tried = {(result.case.shape, result.case.fires) for result in results}
    for name in sorted(known.told):
        for fires, words in ((True, FIRES), (False, QUIET)):
            if (name, fires) not in tried:
                yield f"{known.lines[name]}: {name} has no case in which it {words}"
