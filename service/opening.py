"""Opening a home: its keys, its ledger, and the clock that its kind of world has."""

from datetime import datetime
from typing import Final

from knowledge.ledger import Ledger
from knowledge.sealing import KeyStore
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.lifecycle import ATTUNE
from service.bodies import EARLIEST
from service.clock import Clock, LiveClock, StoppedClock, new_id
from service.settings import Settings, WorldKind

CLOCK: Final = ThingId("world/clock")
ADVANCED: Final = "clock.advanced"
"""Every ledger of a replay or drill begins with one, and no other has any."""


class HomeRefused(LookupError):
    """A home can't be opened like this; the message says why and what to do."""


class HomeMissing(HomeRefused):
    """There is no attune here yet."""


class ClockStopped(HomeRefused):
    """A home whose clock people move is opened as a live one."""


Opened = tuple[Ledger, KeyStore, Clock]


def opened(settings: Settings, *, create: bool) -> Opened:
    """What the settings name; with `create`, made where it is missing.

    Raises:
        HomeMissing: the home was never initialised (and `create` is false).
        ClockStopped: it is a replay's or drill's, and the settings say live.
    """
    if not create and not settings.keys_path.exists():
        raise HomeMissing(f"{str(settings.home)!r} is no attune home; run: attune init")
    settings.home.mkdir(parents=True, exist_ok=True)
    keys = KeyStore.open(settings.keys_path)
    if settings.world is WorldKind.LIVE:
        live = LiveClock()
        ledger = Ledger.open(settings.database_url, keys=keys, now=live.now)
        try:
            check(settings, ledger)
        except ClockStopped:
            ledger.close()
            keys.close()
            raise
        return ledger, keys, live
    stopped = StoppedClock(settings.start or EARLIEST)
    ledger = Ledger.open(settings.database_url, keys=keys, now=stopped.now)
    if settings.start is None:
        stopped.advance(_begun(ledger))
    if create and not ledger.head():
        ledger.append([advanced(stopped.now(), actor=ATTUNE, event=new_id("event"))])
    return ledger, keys, stopped


def check(settings: Settings, ledger: Ledger) -> None:
    """Refuse a ledger whose clock was moved by hand to a live world, unless it was told to jump.

    Raises:
        ClockStopped: it is a replay's or drill's.
    """
    if settings.world is not WorldKind.LIVE or settings.clock_may_jump:
        return
    if moved := ledger.newest(types=(ADVANCED,), limit=1):
        raise ClockStopped(
            f"{str(settings.home)!r} is the home of a replay or drill, whose clock stands at"
            f" {moved[0].data['to']}; opened as a live world its time would jump to now, and all"
            " that was due would lapse. Say what it is: ATTUNE_WORLD=replay. Or say that you mean"
            " it: ATTUNE_CLOCK_MAY_JUMP=true"
        )


def advanced(to: datetime, *, actor: ThingId, event: str) -> Draft:
    """The draft that says where a clock was put."""
    return Draft(
        id=event,
        type=ADVANCED,
        subject=CLOCK,
        actor=actor,
        occurred_at=to,
        scopes=(Scope(CLOCK),),
        data={"to": to.isoformat()},
    )


def _begun(ledger: Ledger) -> datetime:
    """When a world whose beginning nobody states began: with its first event, or now."""
    first = ledger.read(limit=1)
    return first[0].recorded_at if first else LiveClock().now()
