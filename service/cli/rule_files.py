"""What commands about rules read: books as bytes, and the moment at which they are asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from service.cli.moments import moment
from service.cli.output import refuse

if TYPE_CHECKING:
    from datetime import datetime

MOST_BYTES: Final = 64 << 20


def content_of(files: Sequence[Path] | None) -> dict[str, bytes]:
    """The bytes of the books named, by name; folders give their `.yaml` files."""
    if not files:
        from service.bundle import packaged  # noqa: PLC0415 - light start

        return packaged()
    found: dict[str, bytes] = {}
    for path in files:
        members = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not members:
            refuse(f"{path} holds no .yaml file")
        for member in members:
            found[member.name] = bytes_of(member)
    return found


def bytes_of(path: Path) -> bytes:
    """The bytes of a file; refuses one that cannot be read, and one that is too long unread."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        refuse(f"{path}: cannot be read: {error.strerror}")
    if len(content) > MOST_BYTES:
        refuse(f"{path}: is longer than {MOST_BYTES >> 20} MiB; split it")
    return content


def moment_of(at: str | None, option: str = "--at") -> "datetime":
    """The moment that was asked for, now where none was; refuses what is none."""
    from service.clock import LiveClock  # noqa: PLC0415 - light start

    return moment(option, at) or LiveClock().now()
