"""The first tables of the ledger: events, commits, tiles of the tree, scopes, requests."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _events()
    op.create_table(
        "commits",
        sa.Column("size", _BIG, primary_key=True, autoincrement=False),
        sa.Column("governed", _BIG, nullable=False),
        sa.Column("recorded_at", _BIG, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", _BIG, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "scopes",
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("version", _BIG, nullable=False),
    )
    op.create_table(
        "requests",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("first", _BIG, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("sequence", _BIG, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("governed", sa.Boolean, nullable=False),
        sa.Column("recorded_at", _BIG, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("events_id", "events", ["id"], unique=True)
    op.create_index("events_type", "events", ["type", "sequence"])
    op.create_index("events_subject", "events", ["subject", "sequence"])
    op.create_index(
        "events_governed",
        "events",
        ["sequence"],
        sqlite_where=sa.text("governed"),
        postgresql_where=sa.text("governed"),
    )


def downgrade() -> None:
    """Refuse: a ledger is never dropped by a migration.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("the ledger is append-only: restore a backup instead")
