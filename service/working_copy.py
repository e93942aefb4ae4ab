"""A working copy of a policy: files in a folder, and the digest on which they were written."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rules.policy import digest
from service.bundle import PARTS, packaged
from service.client import Client, RequestRefused, ServiceUnreachable
from service.sealed_bundles import BundleRefused, read

MARK: Final = ".attune-policy.json"
_OPEN: Final = frozenset({"proposed", "approved", "emergency", "reviewing"})


class WorkingCopyInvalid(ValueError):
    """A folder is no working copy, or the service refuses; the message says what to do."""


def status_of(folder: Path, url: str, key: str) -> dict[str, Any]:
    """Digests of the folder, the open proposals and the active policy, and the changed files."""
    with _asked(url, key) as client:
        policies = client.get("/v1/policies")
        files = _files(folder)
        base = _base(folder) if (folder / MARK).exists() else None
        before = client.get(f"/v1/policies/{base}")["files"] if base is not None else {}
    return {
        "files": _digest(files),
        "base": base,
        "changed": _differences(before, files) if isinstance(before, dict) and base else [],
        "proposals": [one for one in _rows(policies["proposals"]) if one["state"] in _OPEN],
        "active": policies["active"],
    }


def pull_into(
    folder: Path, url: str, key: str, wanted: str | None, *, shipped: bool = False
) -> tuple[int, str]:
    """Write the files of a policy; returns how many, and the digest that they are based on.

    `shipped` writes what this version of attune ships instead, to be pushed over the active one.

    Raises:
        WorkingCopyInvalid: files in the folder were changed since the last pull.
    """
    with _asked(url, key) as client:
        name = wanted or str(client.get("/v1/policies/active")["digest"])
        content = client.get(f"/v1/policies/{name}")["files"]
        fresh = {n: str(t) for n, t in content.items()} if isinstance(content, dict) else {}
        if shipped:
            fresh = {n: text.decode() for n, text in packaged().items()}
        here = _files(folder)
        if _digest(here) == name:
            pass  # the very files: only the mark moves
        elif here and (folder / MARK).exists():
            before = client.get(f"/v1/policies/{_base(folder)}")["files"]
            changed = _differences(before if isinstance(before, dict) else {}, here)
            if changed:
                raise WorkingCopyInvalid(
                    f"{', '.join(changed[:10])} changed here since the last pull; push them, or"
                    " pull into another folder"
                )
        elif here:
            raise WorkingCopyInvalid(f"{folder} holds files of no pull; pull into another folder")
    for file in {*here} - {*fresh}:
        (folder / file).unlink()
    for file, text in fresh.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    (folder / MARK).write_text(json.dumps({"base": name}) + "\n")
    return len(fresh), name


def push_from(folder: Path, url: str, key: str, reason: str) -> dict[str, Any]:
    """Propose the files of a folder.

    Raises:
        WorkingCopyInvalid: the folder is no working copy, or the service refuses.
    """
    files = _files(folder)
    if not (folder / MARK).exists() or not files:
        raise WorkingCopyInvalid(f"{folder} is no working copy; run: attune policy pull {folder}")
    body: dict[str, Any] = {"files": files, "reason": reason, "base": _base(folder)}
    with _asked(url, key) as client:
        return client.post("/v1/policies", body)


def act_on(url: str, key: str, proposal: str, act: str, data: Mapping[str, str]) -> dict[str, Any]:
    """Do an act to a proposal.

    Raises:
        WorkingCopyInvalid: the service refuses.
    """
    body: dict[str, Any] = {"act": act, "data": dict(data)}
    with _asked(url, key) as client:
        return client.post(f"/v1/policy-proposals/{proposal.partition('/')[2]}/acts", body)


def export_to(out: Path, url: str, key: str, wanted: str) -> str:
    """Write a signed policy; returns the signer's public key in hex."""
    with _asked(url, key) as client:
        bundle = client.get(f"/v1/policies/{wanted}/signed")
    out.write_text(json.dumps(bundle, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return str(bundle["signer"])


def import_from(file: Path, url: str, key: str, trust: str, reason: str) -> dict[str, Any]:
    """Propose a policy that a trusted key signed.

    Raises:
        WorkingCopyInvalid: it is unsigned, altered, signed by another, or the service refuses.
    """
    try:
        bundle = read(json.loads(file.read_text(encoding="utf-8")), trust)
    except (OSError, ValueError) as error:
        refused = isinstance(error, BundleRefused)
        raise WorkingCopyInvalid(f"{file}: {error if refused else 'is no JSON file'}") from error
    with _asked(url, key) as client:
        base = client.get("/v1/policies")["active"]
        body: dict[str, Any] = {"files": dict(bundle.files), "reason": reason, "base": base}
        return client.post("/v1/policies", body)


@contextmanager
def _asked(url: str, key: str) -> Iterator[Client]:
    try:
        with Client(url, key) as client:
            yield client
    except (RequestRefused, ServiceUnreachable) as error:
        raise WorkingCopyInvalid(str(error)) from error


def _files(folder: Path) -> dict[str, str]:
    """The files of a folder that lie where a policy's files lie."""
    found = {
        f"{part.folder}/{path.name}": path
        for part in PARTS
        for path in sorted((folder / part.folder).glob(part.names))
    }
    return {name: path.read_text(encoding="utf-8") for name, path in found.items()}


def _digest(files: Mapping[str, str]) -> str | None:
    return digest({name: text.encode() for name, text in files.items()}) if files else None


def _base(folder: Path) -> str:
    try:
        return str(json.loads((folder / MARK).read_text())["base"])
    except (ValueError, KeyError, TypeError) as error:
        raise WorkingCopyInvalid(f"{folder / MARK} is broken; pull into another folder") from error


def _differences(before: Mapping[str, object], after: Mapping[str, str]) -> list[str]:
    return sorted(n for n in {*before, *after} if before.get(n) != after.get(n))


def _rows(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
