"""Perception within a budget: language models and precedents, warm or honestly missing."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import TYPE_CHECKING, Final, TypeVar

from service.settings import Settings

if TYPE_CHECKING:
    from knowledge.language.indicators import Judge, Judged
    from knowledge.precedents import Filters, Hit, PrecedentIndex

_T = TypeVar("_T")
_AT_ONCE: Final = 2


class NotInTime(Exception):
    """A part of perception was not warm, or did not answer within its budget."""

    def __init__(self, part: str) -> None:
        """Name the part as `degraded` lists it."""
        self.part = part
        super().__init__(f"{part} did not answer in time")


class Perception:
    """The models of a worker; they load once, in the background or on first use."""

    def __init__(self, settings: Settings) -> None:
        """Load nothing yet."""
        self._settings: Final = settings
        self._pool: Final = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="perception")
        self._loading: Final = threading.Lock()
        self._judge: Judge | None = None
        self._precedents: PrecedentIndex | None = None

    def warm(self) -> None:
        """Load all models; seconds of work."""
        if self._settings.language:
            self.judge().score(["One sentence warms the model."])
        self.precedents()

    def readiness(self) -> Mapping[str, bool]:
        """Which parts are warm."""
        return {
            "language": not self._settings.language or self._judge is not None,
            "precedents": self._precedents is not None,
        }

    def judge(self) -> "Judge":
        """The language models, loaded on first use."""
        from knowledge.language.indicators import load  # noqa: PLC0415 - torch comes with it

        with self._loading:
            if self._judge is None:
                self._judge = load()
            return self._judge

    def precedents(self) -> "PrecedentIndex":
        """The precedent index, opened on first use."""
        from knowledge.precedents import PrecedentIndex  # noqa: PLC0415 - numpy comes with it

        with self._loading:
            if self._precedents is None:
                self._precedents = PrecedentIndex.open(self._settings.precedents_path)
            return self._precedents

    def score(
        self, texts: Sequence[str], languages: Sequence[str | None], *, budget_ms: float
    ) -> "Sequence[Judged]":
        """What the models judge of texts, in their order.

        Raises:
            NotInTime: the models are cold or slower than the budget.
        """
        judge = self._judge
        if judge is None:
            raise NotInTime("language")
        return self._within("language", lambda: judge.score(texts, languages=languages), budget_ms)

    def search(
        self, query: str, top: int, filters: "Filters", *, budget_ms: float
    ) -> "Sequence[Hit]":
        """The nearest precedents.

        Raises:
            NotInTime: the index or the embedder is cold or slower than the budget.
        """
        index = self._precedents
        if index is None or (self._settings.language and self._judge is None):
            raise NotInTime("precedents")
        return self._within(
            "precedents", lambda: index.search(query, top=top, filters=filters), budget_ms
        )

    def close(self) -> None:
        """Start nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _within(self, part: str, work: Callable[[], _T], budget_ms: float) -> _T:
        job: Future[_T] = self._pool.submit(work)
        try:
            return job.result(timeout=max(0.0, budget_ms) / 1000.0)
        except TooLate as error:
            job.cancel()
            raise NotInTime(part) from error
