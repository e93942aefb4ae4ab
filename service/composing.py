"""Composes a text: picks a template by a decision, fills it as consent permits, scores it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from rules.channels import CHANNELS
from rules.diagnostics import near
from rules.picking import pick
from rules.template import Template
from rules.template_parts import allowed
from rules.wording import Value, rendered
from service.addressee import Addressee
from service.alert_permits import Permits
from service.basis import Basis
from service.choosing import ComposeRequest, place_of, refused, spoken, wanted
from service.composed import Composed
from service.decision_bodies import DecisionRequest
from service.empathy import empathies
from service.judged_words import PATIENCE_MS, owed
from service.library import Library, current
from service.perception import NotInTime
from service.problems import Fault, pointer, quoted, unprocessable
from service.slots import Filled, Filling
from service.texts import Worded, lacking, worded
from service.world import World

__all__ = ["ComposeRequest", "Composed", "compose"]


def compose(world: World, request: ComposeRequest) -> Composed:
    """The texts for a decision, with what was personal about them; nothing is recorded.

    Raises:
        ProblemError: no such decision, template or channel; a value does not fit its slot (422).
        Erased: the decision was about a person who was erased.
        PolicyUnknown: no policy is active.
    """
    library = current(world)
    request = owed(world, request)
    _check(request, library)
    basis = _basis(world, request)
    addressee = _addressee(world, basis, request)
    tongue = spoken(world, basis, request)
    asked = wanted(basis, request, library, addressee, tongue[0])
    picked = pick(library.templates.values(), asked)
    policy = world.policies.current().policy.digest
    found = Composed(
        basis=basis,
        picked=picked,
        spoken=tongue,
        slots=(),
        texts=(),
        findings=(),
        refused=None,
        policy=policy,
    )
    template = picked.template
    if template is None:
        return found
    if (why := refused(template, addressee)) is not None:
        return replace(found, refused=why)
    filling = Filling(
        graph=world.graph,
        addressee=addressee,
        things=basis.things,
        organisation=_organised(library),
        stated=request.slots,
        place=place_of(world, basis, tongue[0]),
    )
    slots = _fill(template, filling)
    texts = _texts(template, slots, asked.channels, library)
    texts, late = _judged(world, texts, template, request, tongue[0])
    return replace(
        found,
        slots=slots,
        texts=texts,
        findings=(*_findings(template, slots, request, addressee), *late),
    )


def _check(request: ComposeRequest, library: Library) -> None:
    """Refuse names that nobody knows, each with the nearest that there is."""
    tasks = {task for one in library.templates.values() for task in one.when.get("task", ())}
    named: list[tuple[str, str | None, Collection[str]]] = [
        *((pointer(["channels", at]), one, CHANNELS) for at, one in enumerate(request.channels)),
        *((pointer(["tasks", at]), one, tasks) for at, one in enumerate(request.tasks)),
        ("/template", request.template, library.templates),
        ("/kind", request.kind, allowed("for", "kind")),
        ("/audience", request.audience, allowed("for", "audience")),
    ]
    faults = [
        _unknown(place, name, known)
        for place, name, known in named
        if name is not None and name not in known
    ]
    if (request.decision is None) == (request.request is None):
        words = "give either a decision or a request"
        faults.append(Fault(pointer="", detail=words, example="decision/01jd3v5k8xq2"))
    if faults:
        raise unprocessable(faults)


def _unknown(place: str, name: str, known: Collection[str]) -> Fault:
    meant = near(name, known)
    listed = "attune templates list shows them" if len(known) > len(CHANNELS) else ", ".join(known)
    words = f"did you mean {meant!r}?" if meant else f"there are: {listed}"
    example = meant or next(iter(known), None)
    return Fault(
        pointer=place, detail=f"is not known; {words}", value=quoted(name), example=example
    )


def _basis(world: World, request: ComposeRequest) -> Basis:
    if request.decision is not None:
        return Basis.recorded(world, request.decision)
    return Basis.asked(world, request.request or DecisionRequest())


def _addressee(world: World, basis: Basis, request: ComposeRequest) -> Addressee:
    return Addressee(
        graph=world.graph,
        permits=Permits(world.graph, basis.at),
        customer=basis.things.get("customer"),
        at=basis.at,
        seen=request.sees_people,
        personal="personalisation" not in basis.decision.prohibitions,
    )


def _organised(library: Library) -> Mapping[str, str]:
    said = library.voice.organisation
    return {"name": said.name, "contact": said.contact, "newsroom": said.newsroom or ""}


def _fill(template: Template, filling: Filling) -> tuple[Filled, ...]:
    """The slots of a template, in the order of their names; all that is wrong at once."""
    faults = [fault for slot in template.slots.values() for fault in filling.faults(slot)]
    if faults:
        raise unprocessable(faults)
    return tuple(filling.fill(slot) for slot in template.slots.values())


def _texts(
    template: Template, slots: Sequence[Filled], channels: Collection[str], library: Library
) -> tuple[Worded, ...]:
    values: dict[str, Value] = {one.slot.name: one.value for one in slots}
    gaps = {one.slot.name for one in slots if one.state == "missing"}
    found: list[Worded] = []
    for name, variant in template.variants.items():
        if channels and name not in channels:
            continue
        found.append(
            worded(
                variant,
                rendered(variant.title, values) if variant.title is not None else None,
                rendered(variant.text, values),
                locale=template.locale,
                voice=library.voice,
                complete=not gaps & variant.slots,
            )
        )
    return tuple(found)


def _judged(
    world: World,
    texts: tuple[Worded, ...],
    template: Template,
    request: ComposeRequest,
    locale: str,
) -> tuple[tuple[Worded, ...], tuple[str, ...]]:
    """The texts with their empathy, where it can be judged; what was late, in words."""
    if request.answers is None or not texts:
        return texts, ()
    try:
        found = empathies(
            world,
            [one.text for one in texts],
            locale.partition("-")[0],
            request.answers,
            budget_ms=PATIENCE_MS if request.duty is not None else None,
        )
    except NotInTime as late:
        return texts, (f"empathy was not judged: {late}",)
    return tuple(
        replace(
            one,
            empathy=read.empathy,
            carried=read.carried,
            findings=(*one.findings, *lacking(read.empathy, template.aims, request.least)),
        )
        for one, read in zip(texts, found, strict=True)
    ), ()


def _findings(
    template: Template, slots: Sequence[Filled], request: ComposeRequest, addressee: Addressee
) -> Iterator[str]:
    for name in request.channels:
        if name not in template.variants:
            known = ", ".join(template.variants)
            yield f"{template.id} has no wording for {name}, only for {known}"
    for one in slots:
        if one.removed:
            yield f"{one.slot.name}: {one.removed} characters that do not show were taken out"
    for name in sorted({*request.slots} - {*template.slots}):
        yield f"{template.id} has no slot {name[:80]!r}; what was stated for it is not used"
    if template.purpose == "answer" and addressee.opted_out():
        yield "the addressee has opted out of marketing: say only what they asked or must know"
