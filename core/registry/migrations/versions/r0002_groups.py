"""A case belongs to a group; a pseudonym is unique within its group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cases of before belong to the group without a name. Only steps that need no copy of the table."""
    op.add_column("cases", sa.Column("owner_group", sa.String(64), nullable=False, server_default=""))
    op.drop_index("ix_cases_pseudonym", table_name="cases")
    op.create_index("ix_cases_group_pseudonym", "cases", ["owner_group", "pseudonym"], unique=True)
