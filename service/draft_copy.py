"""A working copy of a policy draft: pulled into a folder, pushed back where nobody was first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from service.bundle import part_of
from service.client import Client
from service.working_copy import WorkingCopyInvalid, content_of, texts_of

MARK: Final = ".attune-draft.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What came of a push: the files that were saved, and what is wrong with the draft now."""

    files: tuple[str, ...]
    diagnostics: tuple[Mapping[str, Any], ...]


def path_of(draft: str) -> str:
    """Where a draft stands, by its id with or without its kind."""
    return f"/v1/policy-drafts/{draft.removeprefix('policy-draft/')}"


def pull(client: Client, draft: str, folder: Path) -> int:
    """Write the files of a draft into a folder; returns how many.

    Raises:
        WorkingCopyInvalid: files there were changed since the last pull, or are of no pull.
        RequestRefused: there is no such draft.
    """
    content: Any = client.get(f"{path_of(draft)}/files")
    fresh: dict[str, str] = content["files"]
    strange = [file for file in fresh if part_of(file) is None]
    if strange:  # a path of the service's choosing must not be written
        raise WorkingCopyInvalid(f"the service sends {strange[0][:120]!r}, no file of a policy")
    _keep_changes(folder, fresh)
    for file in {*_known(folder)} - {*fresh}:
        (folder / file).unlink(missing_ok=True)
    for file, text in fresh.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    _mark(folder, draft, fresh)
    return len(fresh)


def push(client: Client, folder: Path) -> Pushed:
    """Save the files that were changed in a folder since it was pulled, one by one.

    What was saved before one is refused stays saved: a second push goes on with the rest.

    Raises:
        WorkingCopyInvalid: the folder is of no draft.
        RequestRefused: somebody else saved a file meanwhile, or holds the draft.
    """
    draft, known = draft_of(folder), _known(folder)
    now = _texts(folder)
    done: list[str] = []
    told: Any = {}
    for file in _differing(known, now):
        where = f"{path_of(draft)}/files/{file}"
        told = _sent(client, where, known.get(file), now.get(file))
        known = {**known, file: _tag(now[file])} if file in now else _without(known, file)
        _write(folder, draft, known)
        done.append(file)
    return Pushed(files=tuple(done), diagnostics=tuple(told.get("diagnostics", ())))


def draft_of(folder: Path) -> str:
    """The draft that a folder was pulled from.

    Raises:
        WorkingCopyInvalid: it was pulled from none.
    """
    if not (folder / MARK).exists():
        raise WorkingCopyInvalid(f"{folder} is no draft's folder; run: attune policy draft pull")
    return str(_marked(folder)["draft"])


def _sent(client: Client, where: str, tag: str | None, text: str | None) -> Any:  # noqa: ANN401 - JSON
    condition = {"If-None-Match": "*"} if tag is None else {"If-Match": f'"{tag}"'}
    if text is None:
        return client.send("DELETE", where, headers=condition)
    return client.send("PUT", where, headers=condition, content=text.encode())


def _keep_changes(folder: Path, fresh: Mapping[str, str]) -> None:
    """Refuse to write over files of no pull, or files that were changed since."""
    here = _texts(folder) if any((folder / file).exists() for file in fresh) else {}
    if not here or here == fresh:
        return
    if not (folder / MARK).exists():
        raise WorkingCopyInvalid(f"{folder} holds files of no draft; pull into another folder")
    touched = _differing(_known(folder), here)
    changed = [file for file in touched if here.get(file) != fresh.get(file)]
    if changed:
        raise WorkingCopyInvalid(
            f"{', '.join(changed[:10])} changed here since the last pull; push them, or pull into"
            " another folder"
        )


def _texts(folder: Path) -> dict[str, str]:
    """The texts of a folder, the ends of their lines as they are."""
    texts_of(folder)  # tells which of them is none
    return {file: content.decode() for file, content in content_of(folder).items()}


def _differing(known: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    marks = {file: _tag(text) for file, text in now.items()}
    return sorted(file for file in {*known, *marks} if known.get(file) != marks.get(file))


def _known(folder: Path) -> dict[str, str]:
    return dict(_marked(folder)["files"]) if (folder / MARK).exists() else {}


def _marked(folder: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        found = json.loads((folder / MARK).read_text())
        return {"draft": str(found["draft"]), "files": dict(found["files"])}
    except (ValueError, KeyError, TypeError) as error:
        raise WorkingCopyInvalid(f"{folder / MARK} is broken; pull into another folder") from error


def _mark(folder: Path, draft: str, fresh: Mapping[str, str]) -> None:
    _write(folder, draft, {file: _tag(text) for file, text in fresh.items()})


def _write(folder: Path, draft: str, known: Mapping[str, str]) -> None:
    (folder / MARK).write_text(json.dumps({"draft": draft, "files": known}) + "\n")


def _without(known: Mapping[str, str], file: str) -> dict[str, str]:
    return {name: tag for name, tag in known.items() if name != file}


def _tag(text: str) -> str:
    return sha256(text.encode()).hexdigest()
