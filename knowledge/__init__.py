"""What is known: the ledger, the graph folded from it, what listening measures, and precedents."""
