"""Serving: granian's workers over one home, on loopback unless told otherwise."""

import gc
import ipaddress
import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from typing import Final

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from knowledge.ledger import Ledger
from knowledge.refusals import LedgerRefused
from knowledge.sealing import KeyStore
from ontology import shape_engines
from ontology.facts import catalogue
from ontology.lifecycle_file import lifecycles
from rules.policy import build
from service.bundle import packaged
from service.clock import LiveClock
from service.opening import ClockStopped, check
from service.settings import Settings

STOPS_WITHIN_S: Final = 10
"""How long a worker may finish what it answers; what the ledger acknowledged survives a kill."""


class CannotServe(Exception):
    """The service can't start here; the message says why and what to do."""


def serve(settings: Settings, *, welcome: bool) -> None:
    """Serve until interrupted.

    Raises:
        CannotServe: no home, one whose clock stands, an address beyond loopback that was not
            allowed, a port in use.
    """
    _check(settings)
    for name, value in (
        ("HOME", settings.home),
        ("HOST", settings.host),
        ("PORT", settings.port),
        ("DATABASE", settings.database),
    ):
        os.environ[f"ATTUNE_{name}"] = str(value)  # the workers read their settings there
    _load(settings)
    os.register_at_fork(after_in_child=_heed)
    if welcome:  # a process of its own: granian forks, and a fork must find no other thread
        subprocess.Popen([sys.executable, "-m", "service.welcome"])
    Granian(
        "service.app:create",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        factory=True,
        workers=settings.workers,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,  # one dead worker must not end the service
        workers_kill_timeout=STOPS_WITHIN_S,  # a second signal can lock granian's own handler
        log_access=False,
        log_level=LogLevels.error,
    ).serve()


def _load(settings: Settings) -> None:
    """Load once, before workers are forked, the code that all of them run: seconds of each start.

    Only code and what is read from its files: models and ledgers bring threads and locks, which no
    fork may share.
    """
    import_module("service.app")
    read_packaged()
    shape_engines.warm()
    if settings.language:
        from knowledge.language import embedding  # noqa: PLC0415 - torch comes with it

        embedding.load_code()
    gc.freeze()  # what the collector does not touch stays shared


def read_packaged() -> None:
    """Read lifecycles and books as they ship, half a second that is kept: most worlds use them."""
    lifecycles()
    build(packaged(), catalogue())


def _heed() -> None:
    """Let a worker that still starts end when it is asked to, not ten seconds later.

    Until granian sets its own, a fork has its parent's handlers, which only take note.
    """
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_DFL)


def _check(settings: Settings) -> None:
    if not settings.keys_path.exists():
        raise CannotServe(f"{str(settings.home)!r} is no attune home; run: attune init --sample")
    try:
        with (
            closing(KeyStore.open(settings.keys_path)) as keys,
            closing(Ledger.open(settings.database_url, keys=keys, now=LiveClock().now)) as ledger,
        ):
            if ledger.head() == 0:
                raise CannotServe(
                    f"the ledger of {str(settings.home)!r} is empty; run: attune init"
                )
            check(settings, ledger)
    except (LedgerRefused, ClockStopped, OSError) as error:
        raise CannotServe(str(error)) from error
    if not settings.allow_remote and not _loopback(settings.host):
        raise CannotServe(
            f"{settings.host!r} is not loopback. Put a TLS proxy before 127.0.0.1, or say that you"
            " mean it: ATTUNE_ALLOW_REMOTE=true"
        )
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        raise CannotServe(
            f"{settings.host}:{settings.port} can't be used ({error.strerror}); choose another"
            " port: attune serve --port 8090"
        ) from error


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
