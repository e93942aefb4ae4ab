"""Ballots: votes that nobody can read before the vote is closed, and how they are counted."""

import base64
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ontology.events import Json
from ontology.identity import ThingId

SECRET: Final = "ballots"  # noqa: S105 - the name of a secret
_NONCE: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One person's vote on one dilemma."""

    by: ThingId
    dilemma: str
    choice: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How a vote on one dilemma ended.

    `decided` is the option that more than half of the votes were for, where as many as the quorum
    voted; `votes` are the last ones of each person, by person, and `dissent` those for another
    option than the one decided.
    """

    dilemma: str
    votes: tuple[Ballot, ...]
    quorum: int
    decided: str | None

    @property
    def tally(self) -> Mapping[str, int]:
        """How many were for each option."""
        return dict(sorted(Counter(one.choice for one in self.votes).items()))

    @property
    def dissent(self) -> tuple[Ballot, ...]:
        """The votes for another option than the one decided; none where nothing was."""
        decided = self.decided
        return tuple(one for one in self.votes if decided is not None and one.choice != decided)


def count(dilemma: str, ballots: Iterable[Ballot], quorum: int) -> Count:
    """Count the votes on one dilemma; of one person the last one counts."""
    last = {one.by: one for one in ballots if one.dilemma == dilemma}
    votes = tuple(last[by] for by in sorted(last))
    tally = Counter(one.choice for one in votes)
    most = max(tally, key=lambda choice: tally[choice], default=None)
    enough = len(votes) >= quorum and most is not None and 2 * tally[most] > len(votes)
    return Count(dilemma=dilemma, votes=votes, quorum=quorum, decided=most if enough else None)


def sealed(key: bytes, ballot: Ballot, session: ThingId, event: str) -> str:
    """A ballot that only the holder of the key can read, bound to session, event and voter."""
    nonce = os.urandom(_NONCE)
    plain: dict[str, Json] = {"dilemma": ballot.dilemma, "choice": ballot.choice}
    plain |= {"reason": ballot.reason} if ballot.reason else {}
    # INVARIANT: every ballot has the same length, so that its length tells nothing.
    content = orjson.dumps(plain).ljust(_LENGTH)
    shut = AESGCM(key).encrypt(nonce, content, _bound(session, event, ballot.by))
    return base64.b64encode(nonce + shut).decode()


def opened(key: bytes, text: str, session: ThingId, event: str, by: ThingId) -> Ballot | None:
    """The ballot that was sealed; None where it is not of this session, event and voter."""
    raw = base64.b64decode(text)
    try:
        plain = AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], _bound(session, event, by))
    except InvalidTag:
        return None
    said = orjson.loads(plain)
    return Ballot(by=by, dilemma=said["dilemma"], choice=said["choice"], reason=said.get("reason"))


LONGEST_REASON: Final = 500
_LENGTH: Final = 4_096


def _bound(session: ThingId, event: str, by: ThingId) -> bytes:
    return f"{session}\n{event}\n{by}".encode()
