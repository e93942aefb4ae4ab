"""What is found in a message that is read for disclosure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

About: TypeAlias = Literal["harm", "fault", "non-apology", "sympathy"]
Admission: TypeAlias = Literal["not-judged", "none", "harm", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one place of a message says; `counts` unless its class takes it back.

    `start` to `end` is the place in the text, `sentence` the words around it. `suggestion` is a
    wording for a person to weigh, never to be put in by a machine.
    """

    about: About
    kind: str
    rule: str
    counts: bool
    start: int
    end: int
    sentence: str
    why: str
    suggestion: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A sentence that may say what no rule found; `about` what, with which probability."""

    about: About
    probability: float
    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A message read for disclosure; harm, fault and non_apology are None where not judged.

    `unread` are places that no rule here reads: another language, or what is beyond 20,000
    characters. `screened`: a screen has looked for what rules do not find (`suspicions`).
    """

    language: str
    harm: bool | None
    fault: bool | None
    non_apology: bool | None
    findings: tuple[Finding, ...]
    suspicions: tuple[Suspicion, ...]
    unread: tuple[tuple[int, int], ...]
    screened: bool

    @property
    def admission(self) -> Admission:
        """The fact `request.admission`; fault that is found stands, whatever is unread."""
        if self.fault:
            return "fault"
        if self.needs_person:
            return "not-judged"
        return "harm" if self.harm else "none"

    @property
    def needs_person(self) -> bool:
        """Whether a person must read it: not all of it was read, or fault may hide in it."""
        suspected = any(one.about == "fault" for one in self.suspicions)
        unjudged = self.harm is None or bool(self.unread) or not self.screened
        return unjudged or (suspected and not self.fault)
