"""Founding a home survives being killed and being done by several at once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import SystemRandom

from service.security import PERMISSIONS, authorise
from service.settings import Settings
from service.world import World


def _init(home: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "service", "init", "--json", *more],
        env=os.environ | {"ATTUNE_HOME": str(home), "ATTUNE_LANGUAGE": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _opens(home: Path) -> None:
    """The operator's key opens the home, the policy is active, and the tree verifies."""
    world = World.open(Settings(home=home, language=False))
    try:
        text = world.settings.operator_key.read_text().strip()
        now = world.clock.now()
        assert "acts.queue" in PERMISSIONS
        assert authorise(world.keyring(), f"Bearer {text}", "acts.queue", now).holder
        assert len(world.keyring().keys()) == 1
        assert world.policies.active is not None
        assert world.ledger.verify().ok
    finally:
        world.close()


def test_inits_at_once_found_one_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    started = [_init(home) for _ in range(3)]
    ended = [(one.communicate()[1], one.returncode) for one in started]
    assert ended == [("", 0)] * 3
    _opens(home)


def test_an_init_killed_anywhere_is_finished_by_the_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    killed = _init(home, "--sample")
    time.sleep(SystemRandom().uniform(0.5, 4.0))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    again = _init(home, "--sample")
    said = again.communicate()
    assert again.returncode == 0, said
    _opens(home)
