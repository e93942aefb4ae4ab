"""One module a version of the ledger's tables, oldest first."""
