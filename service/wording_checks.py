"""Checks wordings before anybody is written to: forbidden words, limits, how they sound."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from knowledge.language.glossaries import called
from knowledge.language.glossaries import forbidden as never_said
from knowledge.language.voice_files import Voice
from rules.diagnostics import Diagnostic, near
from rules.policy import Policy
from rules.template import Slot, Template, Variant
from rules.wording import Value, rendered
from service.library import Library, library_of
from service.spoken import Place
from service.stated import EXAMPLES, said
from service.texts import Worded, overruns, worded

_KNOWN: Mapping[str, str] = {
    "incident.name": "a train left the rails near Spuyten Duyvil this morning",
    "customer.displayName": "Ada Byron",
    "region.name": "New York",
    "geofence.name": "Marble Hill",
    "touchpoint.name": "the help line",
    "team.name": "Customer care",
    "organisation.name": "Riverline Railway",
}
"""What the paths that templates use most may give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One wording as it reads with examples in its slots, or with nothing but fallback words."""

    template: Template
    examples: bool
    text: Worded


def forbidden(templates: Mapping[str, Template], voice: Voice) -> Iterator[Diagnostic]:
    """Words in templates that the voice never says."""
    for one in templates.values():
        for variant in one.variants.values():
            for text in (variant.title or "", variant.text):
                yield from _never(one, variant, text, voice)


def misnamed(library: Library) -> Iterator[Diagnostic]:
    """Words in templates that the glossaries of the same bundle never say, wherever it is read."""
    for one in library.templates.values():
        known = called(library.glossaries, one.locale, ())
        for variant in one.variants.values():
            for text in (variant.title or "", variant.text):
                for found in never_said(text, one.locale, known):
                    yield Diagnostic(
                        file=one.file,
                        line=variant.line,
                        column=variant.column,
                        offending=found.place.says,
                        reason=f"the glossary {found.called.glossary.name} never says it, in"
                        f" {one.id} for {variant.channel}",
                        example=", ".join(found.called.say) or None,
                    )


def _never(one: Template, variant: Variant, text: str, voice: Voice) -> Iterator[Diagnostic]:
    for phrase in voice.never:
        found = phrase.pattern.search(text) if phrase.language == one.language else None
        if found is not None:
            yield Diagnostic(
                file=one.file,
                line=variant.line,
                column=variant.column,
                offending=found.group(),
                reason=f"the voice never says it, in {one.id} for {variant.channel}: {phrase.why}",
                example=phrase.instead,
            )


def unknown(policy: Policy, content: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Rules that ask for a template that the bundle does not have."""
    templates = library_of(content).templates
    tasks = {task for one in templates.values() for task in one.when.get("task", ())}
    known: Mapping[str, tuple[str, Collection[str], str]] = {
        "response": ("template", templates, "is no template"),
        "duty": ("family", tasks, "is the task of no template"),
    }
    for rule in policy.rules:
        for fact in rule.conclusions:
            field, names, what = known.get(fact.kind, ("", (), ""))
            name = fact.values.get(field)
            if name is not None and str(name) not in names:
                yield Diagnostic(
                    file=rule.file,
                    line=rule.line,
                    column=1,
                    offending=str(name),
                    reason=f"{what}, and the rule {rule.id} asks for it",
                    nearest=near(str(name), names),
                )


def tried(one: Template, voice: Voice) -> Iterator[Tried]:
    """Every wording of a template, with examples and with fallbacks."""
    for examples in (True, False):
        values = {slot.name: _value(slot, one, examples) for slot in one.slots.values()}
        for variant in one.variants.values():
            title = rendered(variant.title, values) if variant.title is not None else None
            text = rendered(variant.text, values)
            shown = worded(variant, title, text, locale=one.locale, voice=voice, complete=True)
            yield Tried(template=one, examples=examples, text=shown)


def too_long(templates: Mapping[str, Template], voice: Voice) -> Iterator[Diagnostic]:
    """Wordings that do not keep the limits of their channel, even with short examples."""
    for one in templates.values():
        texts = [attempt.text for attempt in tried(one, voice)]
        found = {(t.channel, w) for t in texts for w in overruns(t.parts, t.lengths, t.limits)}
        for channel, words in sorted(found):
            yield Diagnostic(
                file=one.file,
                line=one.variants[channel].line,
                column=one.variants[channel].column,
                offending=f"{one.id} for {channel}",
                reason=f"{words}, with examples in its slots",
            )


def _value(slot: Slot, one: Template, examples: bool) -> Value:  # noqa: FBT001 - two ways to try
    """What stands in a slot while it is tried."""
    if slot.chooses:
        return examples
    if not examples and slot.fallback is not None:
        return (slot.fallback,) if slot.holds == "list" else slot.fallback
    if slot.example is not None:
        return tuple(slot.example.split("; ")) if slot.holds == "list" else slot.example
    if slot.paths and (known := _KNOWN.get(".".join(slot.paths[0]))) is not None:
        return known
    place = Place(locale=one.locale, territory=None, zone=ZoneInfo("America/New_York"))
    return said(slot, EXAMPLES[slot.holds], place)[0]
