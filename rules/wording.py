"""The wording of templates: a small part of Jinja2, checked before it is kept, bounded by form.

A wording shows slots (`{{ name }}`), may shape them by a few filters, and chooses between
wordings (`{% if name %}`). It has no loops, calls, attributes or assignments, so rendering takes
one pass over the text, and a value is never read as a template.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NoReturn

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rules.diagnostics import near

Value = str | bool | tuple[str, ...]
"""What fills a slot: inert words, a choice, or the members of a list."""

LONGEST: Final = 8_000
LONGEST_RENDERED: Final = 20_000
_GAPS: Final = re.compile(r"\n{3,}")
_TRAILING: Final = re.compile(r"[ \t]+(?=\n|$)")
_DOUBLED: Final = re.compile(r"(?<=\S) {2,}(?=\S)")
_PARTS: Final[tuple[type[nodes.Node], ...]] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Filter,
    nodes.If,
    nodes.And,
    nodes.Or,
    nodes.Not,
)
_CALLED: Final[Mapping[type[nodes.Node], str]] = MappingProxyType(
    {
        nodes.For: "a loop; show a list with `| bullets`",
        nodes.Getattr: "a part of a slot; give the part a slot of its own",
        nodes.Getitem: "a part of a slot; give the part a slot of its own",
        nodes.Call: "a call",
        nodes.Assign: "an assignment",
        nodes.Include: "an include",
        nodes.Import: "an import",
        nodes.FromImport: "an import",
        nodes.Macro: "a macro",
        nodes.Extends: "an extends",
        nodes.Block: "a block",
        nodes.Const: "a fixed value; write the words themselves",
        nodes.Test: "a test; write `{% if name %}`",
        nodes.Compare: "a comparison; let a flag choose",
    }
)


class WordingInvalid(ValueError):
    """A text can't be rendered with the values that were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One mistake in a wording; `line` counts from 1 within the text."""

    line: int
    offending: str
    reason: str
    nearest: str | None = None
    example: str | None = None


def _capitalised(value: str) -> str:
    return value[:1].upper() + value[1:]


def _bullets(value: Sequence[str]) -> str:
    return "\n".join(f"- {one}" for one in value)


def _numbered(value: Sequence[str]) -> str:
    return "\n".join(f"{number}. {one}" for number, one in enumerate(value, 1))


FILTERS: Final[Mapping[str, tuple[Callable[[Any], str], str]]] = MappingProxyType(
    {
        "capitalised": (_capitalised, "with a capital at its beginning"),
        "bullets": (_bullets, "a list, each member on a line of its own"),
        "numbered": (_numbered, "a list as numbered steps"),
    }
)
_LISTS: Final = frozenset({"bullets", "numbered"})


class _Sandbox(ImmutableSandboxedEnvironment):
    """No attribute and no call at all, beyond what the check lets through anyway."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401, ARG002 - Jinja's interface
        return False

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401, ARG002 - Jinja's interface
        return False

    def getattr(self, obj: Any, attribute: str) -> NoReturn:  # noqa: ANN401, ARG002 - Jinja's interface
        raise SecurityError(f"{attribute!r} is no part of a wording")

    def getitem(self, obj: Any, argument: Any) -> NoReturn:  # noqa: ANN401, ARG002 - Jinja's interface
        raise SecurityError(f"{argument!r} is no part of a wording")


def _environment() -> _Sandbox:
    made = _Sandbox(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update({name: function for name, (function, _) in FILTERS.items()})
    return made


_ENVIRONMENT: Final = _environment()


def check(text: str, holds: Mapping[str, str]) -> tuple[Slip, ...]:
    """Everything that is wrong with a wording; `holds` says what each slot holds, by its name."""
    if len(text) > LONGEST:
        return (Slip(line=1, offending=text[:40], reason=f"has more than {LONGEST} characters"),)
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        lines = text.splitlines() or [""]
        shown = lines[min(error.lineno, len(lines)) - 1].strip()
        example = "{% if name %}Dear {{ name }},{% else %}Hello,{% endif %}"
        reason = f"is no wording: {error.message}"
        return (Slip(line=error.lineno, offending=shown, reason=reason, example=example),)
    return tuple(_slips(tree, holds))


def slots_of(text: str) -> frozenset[str]:
    """The names of the slots that a checked wording shows or asks about."""
    return frozenset(one.name for one in _ENVIRONMENT.parse(text).find_all(nodes.Name))


def rendered(text: str, values: Mapping[str, Value]) -> str:
    """The wording with its slots filled, without gaps where nothing stood.

    Raises:
        WordingInvalid: a slot has no value, or the result has more than 20,000 characters.
    """
    missing = slots_of(text) - values.keys()
    if missing:
        raise WordingInvalid(f"{', '.join(sorted(missing))} has no value")
    size = len(text) + sum(_size(one) for one in values.values()) * max(1, text.count("{{"))
    if size > LONGEST_RENDERED * 4:
        raise WordingInvalid(f"the values would make it longer than {LONGEST_RENDERED}")
    shown = _template(text).render(values)
    if len(shown) > LONGEST_RENDERED:
        raise WordingInvalid(f"it has {len(shown)} characters; {LONGEST_RENDERED} are the most")
    return _GAPS.sub("\n\n", _DOUBLED.sub(" ", _TRAILING.sub("", shown))).strip()


def _size(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(len(one) + 4 for one in value)
    return len(value) if isinstance(value, str) else 5


@lru_cache(maxsize=256)
def _template(text: str) -> Any:  # noqa: ANN401 - what Jinja compiles
    return _ENVIRONMENT.from_string(text)


def _slips(tree: nodes.Template, holds: Mapping[str, str]) -> Iterator[Slip]:
    for one in tree.find_all(nodes.Node):
        if not isinstance(one, _PARTS):
            yield _strange(one)
        elif isinstance(one, nodes.Name):
            yield from _named(one, holds)
        elif isinstance(one, nodes.Filter):
            yield from _filtered(one, holds)
        elif isinstance(one, nodes.Output):
            yield from _shown(one, holds)


def _strange(one: nodes.Node) -> Slip:
    words = _CALLED.get(type(one), f"{type(one).__name__.lower()}, which no wording has")
    part = getattr(one, "attr", None) or getattr(one, "name", None) or type(one).__name__.lower()
    return Slip(
        line=one.lineno, offending=str(part), reason=f"is {words}", example="Dear {{ name }},"
    )


def _named(one: nodes.Name, holds: Mapping[str, str]) -> Iterator[Slip]:
    if one.name not in holds:
        meant = near(one.name, holds)
        listed = "" if meant else f"; there are {', '.join(sorted(holds)) or 'none'}"
        reason = f"is no slot{listed}"
        example = "slots: {team: {from: team.name, or: our team}}"
        yield Slip(
            line=one.lineno, offending=one.name, reason=reason, nearest=meant, example=example
        )


def _filtered(one: nodes.Filter, holds: Mapping[str, str]) -> Iterator[Slip]:
    if one.name not in FILTERS:
        reason = f"is no filter; there are {', '.join(FILTERS)}"
        meant = near(one.name, FILTERS)
        yield Slip(line=one.lineno, offending=one.name, reason=reason, nearest=meant)
    elif one.args or one.kwargs or one.dyn_args or one.dyn_kwargs:
        yield Slip(line=one.lineno, offending=one.name, reason="is a filter that takes nothing")
    elif isinstance(one.node, nodes.Name):
        many = holds.get(one.node.name) == "list"
        if one.node.name in holds and many != (one.name in _LISTS):
            kind = holds[one.node.name]
            reason = f"shapes {'a list' if one.name in _LISTS else 'words'}, not a {kind}"
            yield Slip(line=one.lineno, offending=one.name, reason=reason)


def _shown(one: nodes.Output, holds: Mapping[str, str]) -> Iterator[Slip]:
    """What is shown is a slot; a flag never, a list by a filter only."""
    for shown in one.nodes:
        inner = shown.node if isinstance(shown, nodes.Filter) else shown
        if not isinstance(inner, nodes.Name):
            if isinstance(inner, nodes.And | nodes.Or | nodes.Not):
                reason = "is shown; only a slot can be"
                yield Slip(line=shown.lineno, offending="and, or, not", reason=reason)
            continue
        kind = holds.get(inner.name)
        if kind == "flag":
            reason = "only chooses wording and is never shown"
            example = f"{{% if {inner.name} %}}…{{% endif %}}"
            yield Slip(line=shown.lineno, offending=inner.name, reason=reason, example=example)
        elif kind == "list" and inner is shown:
            example = f"{{{{ {inner.name} | bullets }}}}"
            reason = "is a list; say how it is shown"
            yield Slip(line=shown.lineno, offending=inner.name, reason=reason, example=example)
