"""What the tuned encoder gives of a text: which column says what."""

from typing import Final

from knowledge.language.embedding import WIDTH

EMOTIONS: Final = slice(0, 28)
"""GoEmotions' 28 emotions, log-odds each."""
FRUSTRATION: Final = slice(28, 29)
SENTIMENT: Final = slice(29, 32)
"""Negative, neutral, positive: log-odds each, as they were learned."""
IRONY: Final = slice(32, 33)
SARCASM: Final = slice(33, 34)
"""Irony as the authors of iSarcasmEval's tweets said of themselves."""
LEVELS: Final = {
    "emotional_reactions": slice(34, 37),
    "interpretations": slice(37, 40),
    "explorations": slice(40, 43),
}
OUTPUTS: Final = 43
"""Columns of outputs."""
READ: Final = WIDTH + OUTPUTS
"""Columns of depths and outputs side by side."""
