"""A backtest that is killed goes on where it was, and gives what it would have given."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from service.backtest import backtest
from service.backtest_report import Asked
from service.world import World
from tests.service.test_backtest import changed, quiet, told
from tests.service.test_recorded_decisions import asked

KILLED = """\
import os, signal, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from service.backtest import backtest
from service.backtest_report import Asked
from service.settings import Settings
from service.world import World
from tests.service.test_backtest import changed

world = World.open(Settings(home=Path(sys.argv[1]), language=False))
with ThreadPoolExecutor(1) as pool:
    backtest(
        world,
        Asked(policy=changed(world), every=None),
        lambda *_: os.kill(os.getpid(), signal.SIGKILL),
        pool,
    )
"""


@pytest.mark.slow
def test_a_killed_backtest_goes_on_and_gives_the_same(world: World) -> None:
    for many in (9, 3, 1):
        asked(world, many, seed=many)
        world.decisions.catch_up()
    wanted = Asked(policy=changed(world), every=None)
    whole = told(backtest(world, wanted, quiet))
    home: Path = world.settings.home
    run = subprocess.run(  # noqa: S603 - no part of the command is input
        [sys.executable, "-c", KILLED, str(home)], check=False
    )
    assert run.returncode == -signal.SIGKILL
    (left,) = (home / "backtests").glob("*.checkpoint")
    assert left.stat().st_size > 0
    done: list[Any] = []
    with ThreadPoolExecutor(1) as pool:
        again = backtest(world, wanted, lambda *step: done.append(step), pool)
    assert told(again) == whole
    assert not left.exists()
