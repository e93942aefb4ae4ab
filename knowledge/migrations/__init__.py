"""Migrations of the databases: one folder a database, run from the installed package."""
