"""The first tables of the key store: subject keys, erasures, legal holds, own secrets."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "subject_keys",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )
    op.create_index("subject_keys_subject", "subject_keys", ["subject"], unique=True)
    op.create_table(
        "erasures",
        sa.Column("ordinal", _BIG, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
    )
    op.create_index("erasures_event", "erasures", ["event"], unique=True)
    op.create_index("erasures_subject", "erasures", ["subject"])
    op.create_table(
        "holds",
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("matter", sa.Text, primary_key=True),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Refuse: dropping keys would erase every person.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError("dropping the keys would erase everyone: restore a backup instead")
