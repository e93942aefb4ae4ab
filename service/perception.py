"""Perception within a budget: language models and precedents, warm or honestly missing."""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import TYPE_CHECKING, Final, TypeVar

from service.allowance import Allowance
from service.bundle import Reading
from service.logs import logger
from service.settings import Settings

if TYPE_CHECKING:
    from knowledge.language.coefficient_files import CoefficientStore
    from knowledge.language.indicators import Judge, Judged
    from knowledge.precedents import Filters, Hit, PrecedentIndex

_T = TypeVar("_T")
_AT_ONCE: Final = 2
_READINGS_KEPT: Final = 4


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
        self._embeds = False
        self._under: OrderedDict[Reading, Judge] = OrderedDict()
        self._precedents: PrecedentIndex | None = None
        self.allowance: Final = Allowance(settings.scoring_share)
        self.turn: Final = threading.Lock()
        """Who judges posts holds it; what waits for a decision does not wait for all of them."""

    def warm(self) -> None:
        """Load all models; seconds of work."""
        if self._settings.language:
            from knowledge.language import embedding  # noqa: PLC0415 - torch comes with it

            self.judge().score(["One sentence warms the model."])
            embedding.load().embed(["One sentence warms the model."])
            self._embeds = True
        self.precedents()

    def warm_search(self) -> None:
        """Load what a search needs: seconds of work where there are cases, next to none else."""
        if len(self.precedents()) and self._settings.language:
            from knowledge.language import embedding  # noqa: PLC0415 - torch comes with it

            embedding.load().embed(["One sentence warms the model."])
            self._embeds = True

    def readiness(self) -> Mapping[str, bool]:
        """Which parts are warm."""
        return {
            "language": not self._settings.language or self._judge is not None,
            "precedents": self._precedents is not None and self._searches(),
        }

    @property
    def coefficients(self) -> "CoefficientStore":
        """The fitted heads that policies may name."""
        from knowledge.language.coefficient_files import CoefficientStore  # noqa: PLC0415

        return CoefficientStore(self._settings.coefficients_path)

    def judge(self) -> "Judge":
        """The language models with the heads and lexicons that attune ships."""
        from knowledge.language.indicators import load  # noqa: PLC0415 - numpy comes with it

        with self._loading:
            if self._judge is None:
                self._judge = load()
            return self._judge

    def under(self, reading: Reading) -> "Judge":
        """The language models with the heads and lexicons of a policy; the last few are kept.

        Raises:
            CoefficientsMissing: the heads were never put here.
            CoefficientsInvalid: their file was altered.
        """
        from knowledge.language import lexicon_files  # noqa: PLC0415 - re2 comes with it

        judge = self.judge()
        with self._loading:
            if reading not in self._under:
                heads = self.coefficients.load(reading.coefficients)
                known = {
                    name: lexicon_files.read(text, file=f"{name}.yaml", indicator=name)
                    for name, text in reading.lexicons
                }
                self._under[reading] = judge.under(heads, known)
            self._under.move_to_end(reading)
            while len(self._under) > _READINGS_KEPT:
                self._under.popitem(last=False)
            return self._under[reading]

    def precedents(self) -> "PrecedentIndex":
        """The precedent index, opened on first use."""
        from knowledge.precedents import PrecedentIndex  # noqa: PLC0415 - numpy comes with it

        with self._loading:
            if self._precedents is None:
                self._precedents = PrecedentIndex.open(self._settings.precedents_path)
            return self._precedents

    def score(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        reading: Reading,
        *,
        budget_ms: float,
        contexts: Sequence[str | None] | None = None,
    ) -> "Sequence[Judged]":
        """What the models judge of texts, in their order, by the heads and lexicons of a policy.

        `contexts` are what the texts answer; empathy is judged only with one.

        Raises:
            NotInTime: the models are cold, slower than the budget, or lack the policy's heads.
        """
        if self._judge is None:
            raise NotInTime("language")
        work = functools.partial(self._scored, texts, languages, reading, contexts)
        found = self._within("language", work, budget_ms)
        if found is None:
            raise NotInTime("language")
        return found

    def search(
        self, query: str, top: int, filters: "Filters", *, budget_ms: float
    ) -> "Sequence[Hit]":
        """The nearest precedents.

        Raises:
            NotInTime: the index or the embedder is cold or slower than the budget.
        """
        index = self._precedents
        if index is None or not (self._searches() or not len(index)):
            raise NotInTime("precedents")
        return self._within(
            "precedents", lambda: index.search(query, top=top, filters=filters), budget_ms
        )

    def _searches(self) -> bool:
        """Whether a search starts at once: loading what embeds a question takes seconds."""
        return self._embeds or not self._settings.language

    def close(self) -> None:
        """Start nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _scored(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        reading: Reading,
        contexts: Sequence[str | None] | None,
    ) -> "Sequence[Judged] | None":
        """The judgements; None, with a line in the log, where the policy's heads are not here."""
        from knowledge.language.coefficient_files import CoefficientsMissing  # noqa: PLC0415
        from knowledge.language.heads import CoefficientsInvalid  # noqa: PLC0415
        from knowledge.language.packaged import EncoderInvalid  # noqa: PLC0415

        try:
            return self.under(reading).score(texts, contexts, languages)
        except (CoefficientsMissing, CoefficientsInvalid, EncoderInvalid) as error:
            logger().error("texts cannot be judged", why=str(error))
            return None

    def _within(self, part: str, work: Callable[[], _T], budget_ms: float) -> _T:
        job: Future[_T] = self._pool.submit(work)
        try:
            return job.result(timeout=max(0.0, budget_ms) / 1000.0)
        except TooLate as error:
            job.cancel()
            raise NotInTime(part) from error
