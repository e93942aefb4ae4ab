"""A working copy of a policy: files in a folder, and the digest on which they were written."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from knowledge.language import coefficient_files
from ontology.marked_reader import FileInvalid
from rules.policy import digest
from service.bundle import COEFFICIENTS, PARTS, packaged, part_of, reading_of
from service.client import Client, RequestRefused, ServiceUnreachable
from service.sealed_bundles import BundleRefused, read

MARK: Final = ".attune-policy.json"
EXAMPLE: Final = "rules/books/escalation.yaml"
_HEADS: Final = "knowledge/language/coefficients.npz"
_OPEN: Final = frozenset({"proposed", "approved", "emergency", "reviewing"})


class WorkingCopyInvalid(ValueError):
    """A folder is no working copy, or the service refuses; the message says what to do."""


def status_of(folder: Path, url: str, key: str) -> dict[str, Any]:
    """Digests of the folder, the open proposals and the active policy, and the changed files."""
    with _asked(url, key) as client:
        policies = client.get("/v1/policies")
        files = _files(folder)
        base = _base(folder) if (folder / MARK).exists() else None
        before = _texts(client, base) if base is not None else {}
    return {
        "files": _digest(files),
        "base": base,
        "changed": _differences(before, files) if base else [],
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
        fresh, heads = _shipped() if shipped else _fetched(client, name)
        here = _files(folder)
        if _digest(here) != name:  # otherwise the very files: only the mark moves
            _keep_changes(folder, here, client)
    for file in {*here} - {*fresh}:
        (folder / file).unlink()
    written = {file: text.encode() for file, text in fresh.items()} | {_HEADS: heads}
    for file, content in written.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / MARK).write_text(json.dumps({"base": name}) + "\n")
    return len(fresh), name


def _shipped() -> tuple[dict[str, str], bytes]:
    """The files that this version ships, and its coefficient file."""
    files = {name: content.decode() for name, content in packaged().items()}
    return files, coefficient_files.shipped()


def _fetched(client: Client, name: str) -> tuple[dict[str, str], bytes]:
    """The files of a policy, and the coefficient file that it names."""
    files = _texts(client, name)
    strange = [file for file in files if part_of(file) is None]
    if strange:  # a path of the service's choosing must not be written
        raise WorkingCopyInvalid(f"the service sends {strange[0][:120]!r}, no file of a policy")
    return files, client.content(f"/v1/coefficients/{reading_of(files).coefficients}")


def content_of(folder: Path) -> dict[str, bytes]:
    """The files of a policy that lie in a folder, as they are.

    Raises:
        WorkingCopyInvalid: there is none.
    """
    found = {name: path.read_bytes() for name, path in _paths(folder).items()}
    if not found:
        raise WorkingCopyInvalid(f"{folder} holds no files of a policy, such as {EXAMPLE}")
    return found


def texts_of(folder: Path) -> dict[str, str]:
    """The same as texts.

    Raises:
        WorkingCopyInvalid: there is none, or one is no UTF-8.
    """
    content_of(folder)
    return _files(folder)


def _texts(client: Client, name: str) -> dict[str, str]:
    content = client.get(f"/v1/policies/{name}")["files"]
    return {n: str(t) for n, t in content.items()} if isinstance(content, dict) else {}


def _keep_changes(folder: Path, here: Mapping[str, str], client: Client) -> None:
    """Refuse to write over files of no pull, or files that were changed since."""
    if not here:
        return
    if not (folder / MARK).exists():
        raise WorkingCopyInvalid(f"{folder} holds files of no pull; pull into another folder")
    changed = _differences(_texts(client, _base(folder)), here)
    if changed:
        raise WorkingCopyInvalid(
            f"{', '.join(changed[:10])} changed here since the last pull; push them, or"
            " pull into another folder"
        )


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
        if (folder / _HEADS).is_file():
            _send_coefficients(client, (folder / _HEADS).read_bytes(), files)
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
        _send_coefficients(client, bundle.coefficients, bundle.files)
        return client.post("/v1/policies", body)


@contextmanager
def _asked(url: str, key: str) -> Iterator[Client]:
    try:
        with Client(url, key) as client:
            yield client
    except (RequestRefused, ServiceUnreachable, FileInvalid) as error:
        raise WorkingCopyInvalid(str(error)) from error


def _send_coefficients(client: Client, content: bytes, files: Mapping[str, str]) -> None:
    """Put the coefficient file where the service can find it, if it is the one that is named.

    Raises:
        WorkingCopyInvalid: the manifest names another file than lies beside it.
    """
    name = coefficient_files.digest(content)
    wanted = reading_of(files).coefficients
    if name != wanted:
        raise WorkingCopyInvalid(
            f"{_HEADS} has the SHA-256 {name}, but {COEFFICIENTS} names {wanted};"
            f" write: sha256: {name}"
        )
    client.put(f"/v1/coefficients/{name}", content)


def _files(folder: Path) -> dict[str, str]:
    """The texts of a folder's policy.

    Raises:
        WorkingCopyInvalid: one of them is no UTF-8.
    """
    found = {}
    for name, path in _paths(folder).items():
        try:
            found[name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise WorkingCopyInvalid(f"{path}: byte {error.start} is no UTF-8") from error
    return found


def _paths(folder: Path) -> dict[str, Path]:
    """The files of a folder that lie where a policy's files lie."""
    return {
        f"{part.folder}/{path.name}": path
        for part in PARTS
        for path in sorted((folder / part.folder).glob(part.names))
    }


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
