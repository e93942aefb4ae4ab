"""What evaluates shapes: pySHACL, the reference, and a fast engine beside it, held equal."""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

import pyoxigraph as ox
import rdflib

from ontology import vocabulary as v
from ontology.gate_engine import GateEngine
from ontology.schema import schema
from ontology.shape_graph import Shapes
from ontology.shape_results import Key, Result, of_graph, of_text

if TYPE_CHECKING:
    import shacl

__all__ = [
    "ENGINES",
    "Findings",
    "GateBroken",
    "GateEngine",
    "evaluate",
    "has_fast",
    "warm",
]

Evaluate = Callable[[Shapes, frozenset[str], Sequence[ox.Quad]], list[Result]]
"""Shapes, the types to judge and a context → results, in any order."""

_LOCK: Final = threading.Lock()
_COMPILED: "Final[WeakKeyDictionary[Shapes, shacl.Shapes]]" = WeakKeyDictionary()


class GateBroken(RuntimeError):
    """No engine can evaluate the shapes; nothing was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the engines found.

    `disagreements` names shapes about which they differed; the cautious union stands. `faults`
    says which engine failed, so that the other one judged alone.
    """

    results: tuple[Result, ...]
    disagreements: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@cache
def has_fast() -> bool:
    """Whether the fast engine is installed: `pip install 'attune[fast]'`."""
    return find_spec("shacl") is not None


def evaluate(
    known: Shapes, types: frozenset[str], quads: Iterable[ox.Quad], engine: GateEngine
) -> Findings:
    """Evaluate the shapes of some types on a context.

    Where the fast engine is not installed, or fails, pySHACL judges; where pySHACL fails, the fast
    one judges if it may.

    Raises:
        GateBroken: none could.
    """
    context = [*quads]
    found: dict[str, list[Result]] = {}
    faults: list[str] = []
    for name in _chosen(engine):
        try:
            found[name] = ENGINES[name](known, types, context)
        except GateBroken as error:
            faults.append(str(error))
    if not found and engine is GateEngine.FAST:
        found["pyshacl"] = ENGINES["pyshacl"](known, types, context)
    if not found:
        raise GateBroken("; ".join(faults))
    return _joined([*found.values()], faults)


def _chosen(engine: GateEngine) -> tuple[str, ...]:
    if engine is GateEngine.PYSHACL or not has_fast():
        return ("pyshacl",)
    return ("pyshacl", "fast") if engine is GateEngine.BOTH else ("fast",)


def _joined(found: Sequence[Sequence[Result]], faults: Iterable[str]) -> Findings:
    """All that any engine found; the first one's words where both found it."""
    keyed = [{result.key: result for result in results} for results in found]
    union: dict[Key, Result] = {}
    for results in reversed(keyed):
        union |= results
    differing = {r.shape for key, r in union.items() if any(key not in one for one in keyed)}
    return Findings(
        results=tuple(union.values()), disagreements=tuple(sorted(differing)), faults=(*faults,)
    )


def warm() -> None:
    """Load pySHACL, which takes a fifth of a second, before somebody waits for it."""
    import pyshacl  # noqa: F401, PLC0415 - commands that judge nothing do without


def _pyshacl(known: Shapes, types: frozenset[str], quads: Sequence[ox.Quad]) -> list[Result]:
    import pyshacl  # noqa: PLC0415 - as above

    store = ox.Store()
    store.extend(quads)
    # INVARIANT: one validation at a time, because pyshacl patches rdflib while it runs; never
    # advanced, inference or meta_shacl, which copy the graph or check the shapes on every call.
    with _LOCK:
        try:
            _, report, _ = pyshacl.validate(store, shacl_graph=known.subset(types))  # type: ignore[arg-type]  # its hints forgot the Store that it takes
        except Exception as error:  # whatever it trips over, nothing was judged
            raise GateBroken(f"pyshacl failed: {type(error).__name__}: {error}") from error
    if not isinstance(report, rdflib.Graph):
        raise GateBroken(f"pyshacl failed: {report}")
    return of_graph(known, report)


def _fast(known: Shapes, types: frozenset[str], quads: Sequence[ox.Quad]) -> list[Result]:  # noqa: ARG001 - all shapes are compiled once; only marked nodes are judged
    triples = (quad.triple for quad in quads)
    text = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
    try:
        report = _compiled(known).validate_text(text, format="ntriples")
        return of_text(known, report.serialize("ntriples")) if len(report) else []
    except BaseException as error:
        # A panic of the engine is no Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise GateBroken(f"shacl failed: {type(error).__name__}: {error}") from error


def _compiled(known: Shapes) -> "shacl.Shapes":
    """The shapes as the fast engine holds them, safe to use from many threads."""
    found = _COMPILED.get(known)
    if found is None:
        import shacl  # noqa: PLC0415 - it may not be installed

        text = known.graph.serialize(format="nt") + _names()
        found = _COMPILED[known] = shacl.Shapes.from_text(text, format="ntriples")
    return found


def _names() -> str:
    """Triples with every term and concept, beside the shapes.

    The fast engine (0.3.4) drops a `?path` or `?value` that stands neither in the shapes nor in
    the data, but only in the text of a query.
    """
    terms = [v.term(name) for name in schema().terms]
    terms += [v.concept(name, word) for name, words in schema().schemes.items() for word in words]
    return "".join(f"{v.JUDGEMENT_NODE} {v.READS} {term} .\n" for term in terms)


ENGINES: Final[dict[str, Evaluate]] = {"pyshacl": _pyshacl, "fast": _fast}
"""What evaluates, by name; the first is the reference."""
