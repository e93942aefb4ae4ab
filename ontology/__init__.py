"""What exists: the vocabulary, the records, the events and the facts that everything else speaks of."""
