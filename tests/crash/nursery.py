"""Forks writers that can be killed: one warm process, so that a hundred kills take seconds.

Reads one JSON command a line: a writer to fork, answered by its pid, or a pid to kill, answered
when it is dead.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Pool, event

from knowledge.ledger import Ledger
from knowledge.refusals import Conflict
from knowledge.sealing import KeyStore
from knowledge.segments import Segments
from ontology.events import Draft
from ontology.identity import Scope, ThingId
from ontology.signals import Signal

ACTOR = ThingId("system/writer")


def now() -> datetime:
    """The machine's time."""
    return datetime.fromtimestamp(time.time(), UTC)


def draft(name: str, subject: str, **data: Any) -> Draft:
    """An event of a writer."""
    return Draft(
        id=f"event/{name}",
        type="record.put",
        subject=ThingId(subject),
        actor=ACTOR,
        occurred_at=now(),
        data=data,
        personal={"personal": ThingId(subject)} if "personal" in data else {},
    )


class Writer:
    """Writes until it is killed, and notes in a file whatever was acknowledged."""

    def __init__(self, told: dict[str, Any]) -> None:
        home = Path(told["home"])
        if told.get("lossy"):
            event.listen(Pool, "checkout", lambda c, *_: c.execute("PRAGMA synchronous = OFF"))
        self._name = told["name"]
        self._keys = KeyStore.open(home / "keys")
        self._ledger = Ledger.open(told["url"], keys=self._keys, now=now)
        self._segments = Segments(home / "segments", self._ledger, self._keys)
        self._notes = os.open(told["notes"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(self, *words: object) -> None:
        """One write, so that a kill leaves the line whole or out."""
        os.write(self._notes, (" ".join(map(str, words)) + "\n").encode())

    def events(self, thread: int) -> None:
        """Append one or two events at a time, some personal, some with an idempotency key."""
        chance = random.Random(f"{self._name} {thread}")  # noqa: S311 - not for secrets
        number = 0
        while True:
            number += 1
            name = f"{self._name}-{thread}-{number}"
            drafts = [draft(name, f"team/t{number % 5}", n=number)]
            if number % 7 == 1:
                person = f"customer/c{chance.randrange(1000)}"
                drafts.append(draft(f"{name}-p", person, personal={"name": name}))
            key = name if number % 3 == 0 else None
            for recorded in self._ledger.append(drafts, idempotency=key):
                self.note(recorded.id, recorded.sequence, recorded.leaf.hex())
            time.sleep(chance.random() / 500)

    def signals(self) -> None:
        """Commit small segments; every signal is heard twice."""
        number = 0
        while True:
            number += 1
            heard = [self._signal(number), self._signal(number + 1)]
            for recorded in self._segments.commit(heard, actor=ACTOR, id=self._id, at=now()):
                self.note(recorded.id, recorded.sequence, recorded.leaf.hex())

    def proposals(self, count: int) -> None:
        """Propose the first event of `count` scopes that other writers propose too."""
        for number in range(count):
            scope = Scope(f"incident/i{number}")
            try:
                proposal = draft(f"{self._name}-{number}", scope, by=self._name)
                self._ledger.append([proposal], expected={scope: 0})
            except Conflict:
                self.note(scope, "lost")
            else:
                self.note(scope, "won")

    def _signal(self, number: int) -> Signal:
        at = datetime.fromtimestamp(1_700_000_000 + number, UTC)
        return Signal(
            id=ThingId(f"signal/x-{self._name}-{number}"),
            platform=ThingId("platform/x"),
            feed=ThingId("feed/x"),
            posted_at=at,
            received_at=at,
            text="our train never came",
        )

    def _id(self, kind: str) -> str:
        return f"{kind}/{self._name}-{os.urandom(6).hex()}"


def write(told: dict[str, Any]) -> None:
    """Do a writer's work in this process."""
    writer = Writer(told)
    writer.note("ready")
    if told["work"] == "events":
        for thread in range(1, 3):
            threading.Thread(target=writer.events, args=(thread,), daemon=True).start()
        writer.events(0)
    elif told["work"] == "signals":
        writer.signals()
    else:
        writer.proposals(told["count"])


def main() -> None:
    """Serve commands until there are none."""
    for line in sys.stdin:
        told = json.loads(line)
        if "kill" in told:
            os.kill(told["kill"], signal.SIGKILL)
            os.waitpid(told["kill"], 0)
        elif "wait" in told:
            os.waitpid(told["wait"], 0)
        elif (pid := os.fork()) == 0:
            write(told)
            os._exit(0)
        sys.stdout.write(f"{told.get('kill') or told.get('wait') or pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
