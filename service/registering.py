"""Registering: records from files through the gate, many at a time, the bad ones to a file."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from loaders.crm import CrmInvalid, Export, read, sheet_of
from loaders.rejects import RejectFile, reject
from loaders.rows import lines, open_text
from ontology.events import Event
from ontology.identity import ThingId
from ontology.lifecycle import Actor, Role
from service.bodies import RecordIn
from service.founding import body_of
from service.problems import example_of, invalid
from service.recording import MOST_AT_ONCE, Body, put_records
from service.world import World

_LINE = json.dumps(example_of(RecordIn))


class FileRefused(ValueError):
    """A whole file can't be read; the message says where and shows a valid line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """How many records were put, how many stood already, how many rows were rejected."""

    new: int
    known: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A body and the line on which it stands; 0 where the loader does not say."""

    line: int
    body: Body


def register_crm(
    world: World, file: Path, *, system: str, rejects: Path, actor: ThingId
) -> Registered:
    """Put the customers or cases of an export; cases follow customers of the same system.

    Raises:
        FileRefused: the file or its header can't be read.
    """
    try:
        with RejectFile(rejects) as bad:
            export = Export(path=file, sheet=sheet_of(file), system=system)
            rows = (_Row(line=0, body=body_of(one)) for one in read(export, bad))
            return _register(world, file, rows, bad, actor)
    except CrmInvalid as error:
        raise FileRefused(str(error)) from error
    except OSError as error:
        raise FileRefused(f"{file}: {error.strerror}; give a file like customers.csv") from error


def register_records(world: World, file: Path, *, rejects: Path, actor: ThingId) -> Registered:
    """Put records that stand as JSON Lines, each as `POST /v1/records` takes it.

    Raises:
        FileRefused: the file can't be read, or holds no line.
    """
    try:
        with RejectFile(rejects) as bad, open_text(file) as stream:
            said = [(number, text) for number, text in lines(stream) if text.strip()]
            if not said:
                raise FileRefused(f"{file}:1: holds no record; a line is {_LINE}")
            return _register(world, file, _rows(file, said, bad), bad, actor)
    except OSError as error:
        raise FileRefused(f"{file}: {error.strerror}; give a file like records.jsonl") from error


def register_bodies(
    world: World, file: Path, bodies: Iterable[Body], bad: RejectFile, actor: ThingId
) -> Registered:
    """Put record bodies that came from a file; what gate or ontology refuse goes to `bad`."""
    return _register(world, file, (_Row(line=0, body=body) for body in bodies), bad, actor)


def _rows(file: Path, said: Iterable[tuple[int, str]], bad: RejectFile) -> Iterator[_Row]:
    for number, text in said:
        try:
            record = RecordIn.model_validate_json(text)
        except ValidationError as error:
            for fault in invalid(error, RecordIn).faults:
                bad.add(
                    reject(
                        source=file.name,
                        line=number,
                        field=fault.pointer,
                        reason=fault.detail,
                        value=fault.value,
                        example=_LINE,
                    )
                )
            continue
        yield _Row(
            line=number,
            body=Body(
                type=record.type,
                properties=record.properties,
                id=ThingId(record.id) if record.id is not None else None,
                key=record.key,
            ),
        )


def _register(
    world: World, file: Path, rows: Iterable[_Row], bad: RejectFile, actor: ThingId
) -> Registered:
    setter = Actor(id=actor, roles=frozenset({Role.ADMIN}))
    found = list(rows)
    new = known = 0
    for start in range(0, len(found), MOST_AT_ONCE):
        share = found[start : start + MOST_AT_ONCE]
        head = world.ledger.head()
        outcomes = put_records(world, [row.body for row in share], actor=setter)
        for row, outcome in zip(share, outcomes, strict=True):
            if isinstance(outcome, Event):
                new += outcome.sequence > head
                known += outcome.sequence <= head
            else:
                bad.add(
                    reject(
                        source=file.name,
                        line=row.line,
                        field=row.body.type,
                        reason=str(outcome)[:500],
                        value=row.body.id or (row.body.key.key if row.body.key else ""),
                        example=_LINE,
                    )
                )
    world.catch_up()
    return Registered(new=new, known=known, rejected=bad.count)
