"""A real PostgreSQL server for worlds whose whole ledger is there."""

from tests.knowledge.conftest import postgresql, server

__all__ = ["postgresql", "server"]
