"""What the words say: indicators with their probabilities, and what was not judged."""
