"""One module a version of the key store's tables, oldest first."""
