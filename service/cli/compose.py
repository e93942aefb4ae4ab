"""`attune compose`: the words for a decision, of the home itself, and a draft with `--draft`."""

from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from service.cli.acting import OPERATOR, By, named
from service.cli.output import AsJson, Home, opened, refuse, show


def command(  # noqa: PLR0913 - one option a member of the request
    home: Home = None,
    *,
    decision: Annotated[str | None, typer.Option(help="decision/…")] = None,
    incident: Annotated[str | None, typer.Option(help="incident/…, without a decision.")] = None,
    customer: Annotated[str | None, typer.Option(help="customer/… or zendesk:1001")] = None,
    touchpoint: Annotated[str | None, typer.Option(help="touchpoint/…")] = None,
    region: Annotated[str | None, typer.Option(help="region/…")] = None,
    text: Annotated[str | None, typer.Option(help="What was said, and is answered.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="email, sms, social-post …")] = None,
    template: Annotated[str | None, typer.Option(help="This template and no other.")] = None,
    locale: Annotated[str | None, typer.Option(help="de, fr, en-GB …")] = None,
    task: Annotated[list[str] | None, typer.Option(help="product-recall, compensation …")] = None,
    kind: Annotated[str | None, typer.Option(help="reply, statement, alert …")] = None,
    audience: Annotated[str | None, typer.Option(help="customer, public, press …")] = None,
    duty: Annotated[str | None, typer.Option(help="duty/…: the word that is owed next.")] = None,
    slots: Annotated[str | None, typer.Option(help='JSON: {"agent": "Maria"}')] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Draft it; name one --channel.")] = False,
    by: By = OPERATOR,
    as_json: AsJson = False,
) -> None:
    """The text by channel, what was personal about it, and what was passed over.

    Give a recorded decision, or what one would be made of: --incident, --customer, --text.
    Nothing is recorded unless it is drafted.
    """
    from service.asking import AskInvalid  # noqa: PLC0415 - light start
    from service.composing_home import (  # noqa: PLC0415 - light start
        Asked,
        composed_home,
        drafted_home,
    )

    asked = Asked(
        decision=decision,
        references={
            "incident": incident,
            "customer": customer,
            "touchpoint": touchpoint,
            "region": region,
        },
        text=text,
        channels=tuple(channel or ()),
        template=template,
        locale=locale,
        tasks=tuple(task or ()),
        kind=kind,
        audience=audience,
        duty=duty,
        slots=slots,
    )
    try:
        with opened(home) as world:
            found = (
                drafted_home(world, asked, named(by, "person"))
                if draft
                else composed_home(world, asked)
            )
    except AskInvalid as error:
        refuse(str(error))
    if as_json:
        show(found)
    else:
        typer.echo("\n".join(drafted(found) if draft else lines(found)))


def drafted(found: Mapping[str, object]) -> Iterator[str]:
    """A draft as people read it."""
    personal = ", ".join(_words(found.get("personalSlot"))) or "nothing"
    yield f"{found['id']} is {found['state']}, from {found['usesTemplate']}"
    yield f"  policy        {found['underPolicy']}"
    yield f"  personal      {personal}"
    yield f"\n{found['text']}"


def lines(found: Mapping[str, object]) -> Iterator[str]:
    """What was composed, as people read it."""
    yield from _chosen(found)
    for text in _rows(found["texts"]):
        yield from _text(text)
    yield from (_slot(slot) for slot in _rows(found["slots"]))
    yield from (f"  needs         {one['name']}: {one['says']}" for one in _rows(found["needs"]))
    yield from (f"  note          {words}" for words in _words(found["findings"]))
    for one in _rows(found["passed_over"])[:3]:
        yield f"  passed over   {one['id']}: {'; '.join(_words(one['reasons']))}"


def _chosen(found: Mapping[str, object]) -> Iterator[str]:
    template, nearest = found["template"], found["nearest"]
    if isinstance(template, Mapping):
        because = "; ".join(_words(template["because"]))
        yield f"{template['id']}: {template['title']}  ({because})"
    elif isinstance(nearest, Mapping):
        yield f"nothing fits; nearest is {nearest['id']}: {'; '.join(_words(nearest['missing']))}"
    if found["refused"]:
        yield f"refused: {found['refused']}"


def _text(text: Mapping[str, object]) -> Iterator[str]:
    voice, reading = text["voice"], text["reading"]
    sounds = voice["score"] if isinstance(voice, Mapping) else ""
    grade = f", school year {reading['grade']}" if isinstance(reading, Mapping) else ""
    yield f"\n--- {text['channel']} (sounds like us: {sounds}{grade})"
    if text.get("title"):
        yield f"{text['title']}\n"
    yield f"{text['text']}\n"
    yield from (f"  note          {words}" for words in _words(text["findings"]))


def _slot(slot: Mapping[str, object]) -> str:
    by = slot.get("permitted_by")
    permitted = f", permitted by {', '.join(map(str, by))}" if isinstance(by, list) else ""
    match slot["state"]:
        case "filled" | "stated":
            told = f"{slot['value']} (from {slot['source']}{permitted})"
        case "chose":
            told = f"chose the wording{permitted}"
        case "missing":
            told = f"state it: {slot['says']}; for example {slot['example']}"
        case _:
            told = f"{slot['value']!r} instead"
    left_out = f" [left out: {slot['left_out']}]" if slot.get("left_out") else ""
    return f"  {slot['slot']:<13} {told}{left_out}"


def _rows(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _words(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
