"""What exists: the vocabulary, records, events and facts that everything else speaks of."""
