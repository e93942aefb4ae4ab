"""A founded home with the sample world, copied for each test, and doors into it."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ontology.identity import ThingId
from tests import commands
from tests.longest import seconds

if TYPE_CHECKING:
    from service.world import World

Once = Callable[[str, Callable[[Path], None]], Path]

# Worlds are opened and dropped by the hundred beside much that stays: looking through all of it
# for cycles at the usual pace is a quarter of the time of such tests.
gc.set_threshold(50_000, 20, 50)

# Processes of one run share the cores: threads that wait for each other inside a small product of
# matrices spin meanwhile, half of the time of what is simulated. Services and commands inherit it.
for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

# What is drawn may take as long as a busy machine needs.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

_compile = Rule._compile_builder  # noqa: SLF001 - see below
_compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - werkzeug's
    """Apps are made by the hundred, each with 240 addresses: what is compiled of one is kept."""
    if rule.defaults:
        return _compile(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)  # noqa: SLF001 - what it is made of
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]


Rule._compile_builder = _compiled_once  # type: ignore[assignment, method-assign] # noqa: SLF001 - 40 ms an app

# The service is imported inside the fixtures, so that the inner packages' tests run without it.


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: -seconds(item.path, config.rootpath))


def _shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the processes of one run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def _typed(tmp_path_factory: pytest.TempPathFactory) -> None:
    commands.RUN.append(_shared(tmp_path_factory))


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Homes that the processes of one run share: the first that needs one founds it.

    Nobody may change such a home; copy it.
    """
    shared = _shared(tmp_path_factory)

    def made(name: str, make: Callable[[Path], None]) -> Path:
        home, draft = shared / name, shared / f"{name}.draft" / "home"
        with FileLock(shared / f"{name}.lock"):
            if not home.exists():
                shutil.rmtree(draft.parent, ignore_errors=True)
                draft.parent.mkdir()
                make(draft)
                draft.rename(home)
        return home

    return made


@pytest.fixture(scope="session")
def founded(once: Once) -> Path:
    from service.founding import found
    from service.settings import Settings
    from service.world import World

    def make(home: Path) -> None:
        world = World.open(Settings(home=home, language=False), create=True)
        found(world, with_sample=True, progress=lambda *_: None)
        world.close()

    return once("founded-home", make)


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(founded, tmp_path / "home"))


@pytest.fixture
def open_world(home: Path) -> Iterator[Callable[..., "World"]]:
    from service.settings import Settings
    from service.world import World

    opened: list[World] = []

    def open_one(**changes: Any) -> "World":
        settings = Settings(**{"home": home, "language": False, **changes})
        opened.append(World.open(settings))
        return opened[-1]

    yield open_one
    for world in opened:
        world.close()


@pytest.fixture
def world(open_world: Callable[..., "World"]) -> "World":
    return open_world()


@dataclass(frozen=True)
class Door:
    """The HTTP interface of a world, with the operator's key."""

    http: FlaskClient
    key: str

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.http.get(path, headers=self._headers(more.pop("headers", {})), **more)

    def post(self, path: str, json: object = None, **more: Any) -> TestResponse:
        headers = self._headers(more.pop("headers", {}))
        return self.http.post(path, json=json, headers=headers, **more)

    def put(self, path: str, **more: Any) -> TestResponse:
        return self.http.put(path, headers=self._headers(more.pop("headers", {})), **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.http.delete(path, headers=self._headers(more.pop("headers", {})), **more)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} | more


def key_for(world: "World", holder: str, *roles: str) -> str:
    """The text of a fresh key for somebody with these roles."""
    from service.founding import OPERATOR
    from service.issuing import Issuer

    issuer = Issuer(world.ledger, world.keys, actor=OPERATOR, ids=world.ids, now=world.clock.now)
    _, text = issuer.create(ThingId(holder), roles)
    world.catch_up()
    return text


@pytest.fixture
def door(world: "World") -> Door:
    from service.app import create

    app = create(world.settings, world=world)
    return Door(http=app.test_client(), key=world.settings.operator_key.read_text().strip())
