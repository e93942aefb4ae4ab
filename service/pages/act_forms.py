"""Forms for acts: what may be done to a thing now, with the fields that each act takes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ontology.events import Json
from ontology.identity import ThingId
from ontology.lifecycle import Act, ActRefused, Lifecycles, Role, possible
from ontology.lifecycle_data import DataField, DataType

KEYS: Final[Mapping[str, str]] = {
    "accept": "a",
    "acknowledge": "a",
    "approve": "a",
    "override": "o",
    "reroute": "r",
    "finish": "f",
    "handle": "f",
    "false-positive": "p",
    "dismiss": "d",
    "snooze": "s",
    "wake": "w",
    "escalate": "e",
}
"""One key for what people do a hundred times a day."""

_LONG: Final = frozenset({"reason", "note", "text", "summary", "because", "remedy"})
_YES: Final[Mapping[str, bool]] = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a form: what it holds, what was typed, and what is wrong with that."""

    spec: DataField
    typed: str
    wrong: str | None

    @property
    def long(self) -> bool:
        """Whether it takes more than a line."""
        several = self.spec.type is DataType.THINGS
        return several or (self.spec.type is DataType.TEXT and self.spec.name in _LONG)

    @property
    def example(self) -> str:
        """A valid value as one would type it."""
        shown = self.spec.example
        if isinstance(shown, bool):
            return "yes" if shown else "no"
        return " ".join(map(str, shown)) if isinstance(shown, list) else str(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """One act that is possible now: its key, its fields, and what is wrong with it as a whole."""

    act: Act
    key: str | None
    fields: tuple[Asked, ...]
    wrong: tuple[str, ...] = ()
    came_back: bool = False

    @property
    def plain(self) -> bool:
        """Whether a button is enough: nothing can be said with it, and nothing was wrong."""
        return not self.fields and not self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that came back: its act, what was typed, why it was refused."""

    act: str
    typed: Mapping[str, str]
    refused: ActRefused | None = None
    words: str | None = None


def forms(
    lifecycles: Lifecycles, kind: str, state: str | None, roles: Iterable[Role], sent: Sent | None
) -> tuple[ActForm, ...]:
    """The acts that these roles may do now, those that are done by a key first."""
    acts = lifecycles[kind].acts
    names = possible(lifecycles, kind, state, roles)
    return tuple(_form(acts[name], sent) for name in sorted(names, key=lambda n: n not in KEYS))


def read(act: Act, typed: Mapping[str, str]) -> dict[str, Json]:
    """What a form says, as the act takes it; what was left empty is left out."""
    return {
        spec.name: _value(spec, typed[spec.name].strip())
        for spec in act.data.values()
        if typed.get(spec.name, "").strip()
    }


def kinds_named(shown: Iterable[ActForm]) -> Iterator[str]:
    """The kinds of things that fields of these forms name."""
    kinds = {one.spec.kind for form in shown for one in form.fields if one.spec.kind}
    yield from sorted(kinds)


def _form(act: Act, sent: Sent | None) -> ActForm:
    mine = sent if sent is not None and sent.act == act.name else None
    problems = mine.refused.problems if mine is not None and mine.refused is not None else ()
    wrong = {one.where: one.message for one in reversed(problems)}
    whole = [message for where, message in wrong.items() if where not in act.data]
    if mine is not None and mine.words is not None:
        whole.append(mine.words)
    return ActForm(
        act=act,
        key=KEYS.get(act.name),
        fields=tuple(
            Asked(
                spec=spec,
                typed=mine.typed.get(spec.name, "") if mine is not None else "",
                wrong=wrong.get(spec.name),
            )
            for spec in act.data.values()
        ),
        wrong=tuple(whole),
        came_back=mine is not None,
    )


def _value(spec: DataField, text: str) -> Json:
    if spec.type is DataType.THINGS:
        return [*text.replace(",", " ").split()]
    if spec.type is DataType.BOOLEAN:
        return _YES.get(text, text)
    if spec.type is DataType.INTEGER:
        return int(text) if text.lstrip("-").isdecimal() and len(text) <= _DIGITS else text
    if spec.type is DataType.THING and spec.kind and "/" not in text:
        return ThingId(f"{spec.kind}/{text}")
    return text


_DIGITS: Final = 16
