"""Settings of one attune home, from the environment (`ATTUNE_…`); the defaults need nothing."""

from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorldKind(StrEnum):
    """Which clock and which way out a world has; nothing else differs."""

    LIVE = "live"
    REPLAY = "replay"
    DRILL = "drill"


class Settings(BaseSettings):
    """Where attune keeps what it knows and how it is reached.

    `home` holds the ledger, the keys, the segments and the indexes. `database` is an SQLAlchemy
    URL; empty means SQLite in `home`. `start` is where the clock of a replay or drill begins.
    Times are milliseconds where the name says `_ms`.
    """

    model_config = SettingsConfigDict(env_prefix="ATTUNE_", extra="ignore", frozen=True)

    home: Path = Path("var")
    database: str = ""
    world: WorldKind = WorldKind.LIVE
    start: AwareDatetime | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=64, ge=2, le=512)
    allow_remote: bool = False
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    max_wait_ms: int = Field(default=2_000, ge=0, le=60_000)
    sweep_seconds: float = Field(default=1.0, gt=0, le=3600)
    webhook_allow: tuple[str, ...] = ()
    language: bool = True
    timezone: str = "UTC"

    @property
    def database_url(self) -> str:
        """The ledger's SQLAlchemy URL."""
        return self.database or f"sqlite:///{self.home / 'ledger.db'}"

    @property
    def keys_path(self) -> Path:
        """The store of sealing keys; keep it out of ledger backups."""
        return self.home / "keys"

    @property
    def operator_key(self) -> Path:
        """The text of the first key, readable by its owner only."""
        return self.home / "operator.key"

    @property
    def segments_path(self) -> Path:
        """The folder of signal segments."""
        return self.home / "segments"

    @property
    def snapshots_path(self) -> Path:
        """The folder of graph snapshots, safe to delete."""
        return self.home / "snapshots"

    @property
    def precedents_path(self) -> Path:
        """The folder of the precedent index, safe to delete."""
        return self.home / "precedents"
