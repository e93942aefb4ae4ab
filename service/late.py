"""Late: a report's code is loaded when it is asked for, so that all else starts quickly."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from service.recorded_history import Progress
from service.reported import Report
from service.world import World


@dataclass(frozen=True, slots=True)
class Late:
    """What works a report out: the function of a module, loaded at its first use."""

    module: str
    name: str

    def __call__(self, world: World, body: Any, progress: Progress) -> Report:  # noqa: ANN401 - each its own
        """Load it and work the report out."""
        return self.found()(world, body, progress)

    def found(self) -> Callable[[World, Any, Progress], Report]:
        """The function."""
        function: Callable[[World, Any, Progress], Report]
        function = getattr(import_module(self.module), self.name)
        return function
