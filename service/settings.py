"""Settings of one attune home, from the environment (`ATTUNE_…`); the defaults need nothing."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import orjson
from pydantic import AwareDatetime, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ontology.gate_engine import GateEngine


def _listed(value: object) -> object:
    """A list as people write it: `a, b`, or in JSON."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return orjson.loads(value)
    return [entry.strip() for entry in value.split(",") if entry.strip()]


class WorldKind(StrEnum):
    """Which clock and which way out a world has; nothing else differs."""

    LIVE = "live"
    REPLAY = "replay"
    DRILL = "drill"


class Settings(BaseSettings):
    """Where attune keeps what it knows and how it is reached.

    Times are milliseconds where the name says `_ms`. docs/operations.md shows the text below each.
    """

    model_config = SettingsConfigDict(
        env_prefix="ATTUNE_", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    home: Path = Path("var")
    """The folder of the ledger, the keys, the segments and the indexes."""
    database: str = ""
    """The ledger's SQLAlchemy URL; empty is SQLite in the home."""
    world: WorldKind = WorldKind.LIVE
    """`live`, `replay` or `drill`; the last two have a clock moved by hand and send nothing."""
    start: AwareDatetime | None = None
    """Where the clock of a replay or drill begins, with offset."""
    clock_may_jump: bool = False
    """Open the home of a replay or drill as a live one: its time jumps to now."""
    host: str = "127.0.0.1"
    """The address to serve on."""
    port: int = Field(default=8080, ge=1, le=65535)
    """The port to serve on."""
    workers: int = Field(default=2, ge=1, le=64)
    """Processes that answer."""
    threads: int = Field(default=64, ge=2, le=512)
    """Threads a process, so requests at once."""
    allow_remote: bool = False
    """Serve on an address beyond loopback."""
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    """The longest request body; longer ones get 413."""
    max_wait_ms: int = Field(default=2_000, ge=0, le=60_000)
    """How long a decision waits for perception where the request does not say."""
    sweep_seconds: float = Field(default=1.0, gt=0, le=3600)
    """The pause between two looks at deadlines and deliveries."""
    signal_days: int = Field(default=90, ge=9, le=3660)
    """How many days the words of signals are kept; windows look back eight."""
    intake_backlog: int = Field(default=50_000, ge=1_000, le=10_000_000)
    """Signals that may wait in a worker to be counted and clustered; beyond it come 429s."""
    scoring_share: float = Field(default=0.15, gt=0, le=16)
    """The share of a core that a worker spends on judging posts in full; the rest is screened."""
    observation_days: dict[str, int] = Field(default={}, max_length=20)
    """Days after loading that outside measurements are kept, by kind: `{"pulse": 400}`."""
    alert_window_minutes: int = Field(default=30, ge=1, le=1440)
    """For how long the same cause, told again, is counted on the alert that stands."""
    alerts_per_person_hour: float = Field(default=6.0, gt=0, le=600)
    """Alerts that one person on shift can look at in an hour; beyond it low ones are bundled."""
    shadows: int = Field(default=3, ge=0, le=20)
    """Policies that may run silently beside the active one at once."""
    shadow_minutes: int = Field(default=5, ge=1, le=1440)
    """The pause between two looks of shadows at the incidents under way."""
    subscriptions: int = Field(default=10_000, ge=0, le=1_000_000)
    """Decisions that may stay subscribed to their facts at once."""
    validate_irony_from: float = Field(default=0.7, gt=0, le=1)
    """The probability of irony from which a person is asked what a post means."""
    validations_per_incident: int = Field(default=8, ge=1, le=200)
    """Questions to people that one incident may have open at once; the rest are counted."""
    plan_minutes: int = Field(default=15, ge=1, le=10_080)
    """By when all channels of a plan must confirm, where the plan does not say."""
    drills: int = Field(default=4, ge=0, le=12)
    """Drills that may run or be paused at once; each is a world of its own in memory."""
    jobs_waiting: int = Field(default=20, ge=1, le=1_000)
    """Jobs that may wait or run in a home; one person has at most five of them."""
    job_minutes: float = Field(default=120, gt=0, le=10_080)
    """How long one job may take."""
    job_days: int = Field(default=30, ge=1, le=366)
    """How many days the result of a job is kept."""
    backtest_least: int = Field(default=500, ge=0, le=100_000_000)
    """Recorded decisions from which on a policy needs a backtest before it is activated."""
    backtest_days: int = Field(default=7, ge=1, le=365)
    """For how many days a backtest counts."""
    backtest_most_changed: float = Field(default=0.2, ge=0, le=1)
    """The share of decisions that a policy may change, those included that nobody can tell of."""
    backtest_most_raised: float = Field(default=0.1, ge=0, le=1)
    """The share of decisions whose tier a policy may raise."""
    backtest_most_lowered: float = Field(default=0.02, ge=0, le=1)
    """The share of decisions whose tier a policy may lower: a missed crisis costs most."""
    backtest_most_pages: float = Field(default=2.0, ge=0, le=10_000)
    """Pages that a policy may add to a shift of one team."""
    webhook_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ()
    """Private names, addresses and networks that webhooks may reach, with commas between."""
    platform_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ()
    """Private names, addresses and networks that `attune listen` may reach."""
    sender: str = Field(default="attune.invalid", pattern=r"^[^\s,<&]{1,120}$")
    """Who sends CAP alerts: a name of the organisation that nobody else has, like its domain."""
    public_url: str = Field(default="", pattern=r"^(https?://[^\s/?#]+/?)?$")
    """Where browsers reach the service, like https://attune.example; else as they asked."""
    oidc_issuer: str = ""
    """The identity provider that people may sign in with (OpenID Connect), by its issuer."""
    oidc_client_id: str = ""
    """As what the provider knows attune."""
    oidc_client_secret: SecretStr = SecretStr("")
    """The secret that goes with it; empty for a public client."""
    oidc_scope: str = "openid profile email"
    """What the provider is asked for."""
    oidc_person_claim: str = "sub"
    """The claim by which people are known in their records."""
    oidc_system: str = "staff"
    """The system of the external keys of people whose values that claim has."""
    oidc_roles_claim: str = "groups"
    """The claim that names the groups of a person."""
    oidc_roles: dict[str, str] = {}
    """Which group has which role: `{"crisis-team": "responder"}`."""
    oidc_default_role: Literal["", "employee"] = ""
    """What everybody is whom the provider lets in: `employee`, or nobody at all."""
    microsite_open: bool = False
    """Let everybody who can reach the service read `/now`, the page for employees, unsigned."""
    gate_engine: GateEngine = GateEngine.BOTH
    """Who judges by shapes: `pyshacl`, `fast` (extra `[fast]`), or `both`: either refuses."""
    language: bool = True
    """Load the language models; without them no text is judged, which decisions say."""

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
    def journeys_path(self) -> Path:
        """The folder of journey logs."""
        return self.home / "journeys"

    @property
    def observations_path(self) -> Path:
        """The folder of outside measurements."""
        return self.home / "observations"

    @property
    def snapshots_path(self) -> Path:
        """The folder of graph snapshots, safe to delete."""
        return self.home / "snapshots"

    @property
    def decisions_path(self) -> Path:
        """The folder of recorded decisions as columns, safe to delete."""
        return self.home / "decisions"

    @property
    def coefficients_path(self) -> Path:
        """The folder of the fitted heads that policies name."""
        return self.home / "coefficients"

    @property
    def jobs_path(self) -> Path:
        """The folder of jobs: what was asked, how far it is, what was found; encrypted."""
        return self.home / "jobs"

    @property
    def precedents_path(self) -> Path:
        """The folder of the precedent index, safe to delete."""
        return self.home / "precedents"
