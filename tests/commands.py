"""The command line in processes of its own, most of them forked from one that has the code loaded.

The first use of each command in a run is a fresh interpreter, as its user has it; what follows, in
whatever process of the run, spares the two seconds that loading takes.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

ENDS_WITHIN_S: Final = 300
_WARM: Final = multiprocessing.get_context("forkserver")
_WARM.set_forkserver_preload(["service.cli", "service.app", "pytest", "tests.preloaded"])
RUN: Final[list[Path]] = []
"""The folder that the processes of one run share, where somebody named one; see conftest.py."""
_known: Final[set[str]] = set()

Done = subprocess.CompletedProcess[str]


def attune(*arguments: object, env: dict[str, str]) -> Done:
    """Run the command line to its end, as a script would."""
    words = [*map(str, arguments)]
    if not _first(words[0]):
        return _forked(words, env)
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "service", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=ENDS_WITHIN_S,
    )


def _first(word: str) -> bool:
    """Whether nobody of this run used a command before."""
    if word in _known:
        return False
    _known.add(word)
    try:
        Path(RUN[-1], f"{word}.typed").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _forked(words: list[str], env: dict[str, str]) -> Done:
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        child: ForkServerProcess = _WARM.Process(target=_main, args=(words, env, out, err))
        child.start()
        child.join(ENDS_WITHIN_S)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired(words, ENDS_WITHIN_S)
        return subprocess.CompletedProcess(words, child.exitcode, out.read_text(), err.read_text())


def _main(words: list[str], env: dict[str, str], out: Path, err: Path) -> None:
    """What `python -m service` does, in a fork."""
    for path, number in ((out, 1), (err, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["attune", *words]
    from service.cli import main

    main()
