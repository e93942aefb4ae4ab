"""The tables of the ledger and of the key store; the migrations bring a database to them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from knowledge.packing import Packed

BIG: Final = BigInteger().with_variant(Integer(), "sqlite")  # INTEGER is what SQLite keys rows by

LEDGER: Final = MetaData()
KEYS: Final = MetaData()

EVENTS: Final = Table(
    "events",
    LEDGER,
    Column("sequence", BIG, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("governed", Boolean, nullable=False),
    Column("recorded_at", BIG, nullable=False),  # microseconds since 1970, UTC
    Column("leaf", LargeBinary, nullable=False),
    Column("body", Packed, nullable=False),
    Index("events_id", "id", unique=True),
    Index("events_type", "type", "sequence"),
    Index("events_subject", "subject", "sequence"),
    Index(
        "events_governed",
        "sequence",
        sqlite_where=text("governed"),
        postgresql_where=text("governed"),
    ),
)

COMMITS: Final = Table(
    "commits",
    LEDGER,
    Column("size", BIG, primary_key=True, autoincrement=False),
    Column("governed", BIG, nullable=False),  # the last governed sequence, 0 for none
    Column("recorded_at", BIG, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
)

NEWEST_HEAD: Final = COMMITS.select().order_by(COMMITS.c.size.desc()).limit(1)
"""The head of the ledger: its last commit."""

TILES: Final = Table(
    "tiles",
    LEDGER,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", BIG, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

SCOPES: Final = Table(
    "scopes",
    LEDGER,
    Column("scope", Text, primary_key=True),
    Column("version", BIG, nullable=False),  # the last governed sequence that names it
)

REQUESTS: Final = Table(
    "requests",
    LEDGER,
    Column("key", LargeBinary, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("first", BIG, nullable=False),
    Column("count", Integer, nullable=False),
)

SUBJECT_KEYS: Final = Table(
    "subject_keys",
    KEYS,
    Column("key", LargeBinary, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Index("subject_keys_subject", "subject", unique=True),
)

ERASURES: Final = Table(
    "erasures",
    KEYS,
    Column("ordinal", BIG, primary_key=True, autoincrement=False),
    Column("subject", Text, nullable=False),
    Column("event", Text, nullable=False),
    Index("erasures_event", "event", unique=True),
    Index("erasures_subject", "subject"),
)

HOLDS: Final = Table(
    "holds",
    KEYS,
    Column("subject", Text, primary_key=True),
    Column("matter", Text, primary_key=True),
)

SECRETS: Final = Table(
    "secrets",
    KEYS,
    Column("name", String(40), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
