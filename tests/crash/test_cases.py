"""Whoever checks cases is killed: no acknowledged check is lost, and searches find the rest."""

import hashlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from knowledge.language.embedding import Vectors
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service.acts import propose
from service.case_keeping import keep, visible
from service.cases import case_of, content
from service.settings import Settings
from service.world import World
from tests.service.test_debriefs import act, prepared, put

__all__ = ["prepared"]

TRAINER = Actor(id=ThingId("person/tess"), roles=frozenset({Role.TRAINER}))
LAWYER = Actor(id=ThingId("person/lea"), roles=frozenset({Role.LEGAL}))
MANY = 40


def embedded(texts: Sequence[str]) -> Vectors:
    """A vector for each text that is the same in every process."""
    seeds = [int.from_bytes(hashlib.sha256(one.encode()).digest()[:8]) for one in texts]
    rows = np.stack([np.random.default_rng(one).standard_normal(384) for one in seeds])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def opened(home: Path) -> World:
    world = World.open(Settings(home=home, language=False))
    world.perception.precedents()._embed = embedded  # noqa: SLF001 - no model here
    world.catch_up()
    return world


def checking(home: Path, turn: int) -> None:
    """Resolve incidents and check their cases until killed; print what was acknowledged."""
    with closing(opened(home)) as world:
        for number in range(MANY):
            incident = ThingId(f"incident/killed-{turn}-{number}")
            put(world, "Incident", incident, name=f"Crash {turn} {number}", topic=["rails"])
            act(world, incident, "open")
            act(world, incident, "resolve", reason=f"All of {turn} and {number} is paid.")
            keep(world)
            case = case_of(world, incident)
            for name, who in (("check-anonymity", TRAINER), ("check-privilege", LAWYER)):
                found = content(world, case)
                assert found is not None
                data = {"digest": found.digest}
                propose(world, thing=case, kind="precedent", act=name, data=data, actor=who)
                world.catch_up()
                os.write(1, f"{case} {name}\n".encode())
            keep(world)


def killed(home: Path, turn: int, lines: int, more: float) -> list[str]:
    """What a process had acknowledged that was killed some time after so many lines."""
    code = "import sys; from pathlib import Path; from tests.crash.test_cases import checking; "
    code += "checking(Path(sys.argv[1]), int(sys.argv[2]))"
    with subprocess.Popen(  # noqa: S603 - no part of the command is input
        [sys.executable, "-c", code, str(home), str(turn)], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        select.select([], [], [], more)  # dies wherever it is by then
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [one.decode().strip() for one in said if one.endswith(b"\n")]


@pytest.mark.slow
def test_no_acknowledged_check_is_lost_and_search_is_never_broken(
    prepared: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(prepared, tmp_path / "bare")
    draw, told = np.random.default_rng(71), []
    for turn in range(3):
        told += killed(home, turn, int(draw.integers(1, 5)), float(draw.uniform(0, 0.2)))
        with closing(opened(home)) as world:
            index = world.perception.precedents()
            index.search("All is paid.", top=100)  # before anything was mended
            keep(world)
            found = {hit.precedent.id for hit in index.search("All is paid.", top=100)}
            assert found == set(visible(world))
            for line in told:
                case, _, name = line.partition(" ")
                wanted = {"visible"} if name == "check-privilege" else {"anonymised", "visible"}
                assert world.graph.state(ThingId(case)) in wanted
    assert any(line.endswith("check-privilege") for line in told)
