"""How people and systems use attune: the HTTP service, the command line, the acts."""
