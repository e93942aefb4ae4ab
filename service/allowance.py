"""An allowance of time: what a worker may spend on judging posts in full."""

from typing import Final


class Allowance:
    """It grows by a share of the time that passes, up to some seconds; use it under a lock."""

    MOST_MS: Final = 5_000.0

    def __init__(self, share: float) -> None:
        """Begin with all of it."""
        self._share: Final = share
        self.left = self.MOST_MS
        """Milliseconds that may be spent now."""
        self._at: float | None = None
        self._a_text = 12.0

    def texts(self, at: float) -> int:
        """How many texts it is enough for, at a moment in milliseconds."""
        passed = 0.0 if self._at is None else at - self._at
        self._at = at
        self.left = min(self.MOST_MS, self.left + passed * self._share)
        return max(0, int(self.left / self._a_text))

    def spend(self, milliseconds: float, texts: int) -> None:
        """Take off what some texts took, and learn how long one takes."""
        self.left = max(-self.MOST_MS, self.left - milliseconds)
        if texts:
            self._a_text += 0.2 * (max(1.0, milliseconds / texts) - self._a_text)
