"""`attune language tune` and `export`: the encoder under the judge is made anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.cli.output import AsJson, refuse, show


def tune(
    data: Annotated[
        Path, typer.Option(help="A folder that holds goemotions, irony, isarcasm and epitome.")
    ],
    work: Annotated[Path, typer.Option(help="A folder for the network and what going on needs.")],
    epochs: Annotated[int, typer.Option(min=1, help="How often every text is shown.")] = 3,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Tune the layers of the packaged MiniLM on public corpora; goes on where it was broken off.

    Half an hour on two cores that multiply in bfloat16, an hour on others, 2 GB.
    Then: attune language export --work DIR, attune language train --data DIR.
    """
    from knowledge.language import tuning  # noqa: PLC0415 - light start
    from knowledge.language.corpora import CorpusInvalid  # noqa: PLC0415 - light start
    from knowledge.language.tuning_steps import WorkInvalid  # noqa: PLC0415 - light start

    try:
        with _steps(hidden=as_json) as told:
            file = tuning.tune(data, work, epochs=epochs, seed=seed, progress=told)
    except (CorpusInvalid, WorkInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show({"out": str(file)})
        return
    typer.echo(f"the network is in {file}; next: attune language export --work {work}")


def export(
    work: Annotated[Path, typer.Option(help="The folder that `attune language tune` filled.")],
    out: Annotated[
        Path | None, typer.Option(help="The encoder's file; by default the one that attune reads.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="The corpora: how alike both read 2,000 of their texts is measured."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the tuned network as an ONNX file with weights in eight bits; refit the heads then.

    Needs the extra `tune`. The old file stays until the new one is whole.
    """
    try:
        from knowledge.language import exporting, tuning_network  # noqa: PLC0415 - light start
    except ModuleNotFoundError as error:
        refuse(f"{error.name} is missing: pip install -c constraints.txt 'attune[tune]'")
    from knowledge.language import encoder, packaged  # noqa: PLC0415 - light start
    from knowledge.language.corpora import CorpusInvalid  # noqa: PLC0415 - light start

    file = out or Path(str(encoder.stored()))
    try:
        texts = exporting.samples(data) if data is not None else []
        found = exporting.write(tuning_network.read(work / tuning_network.FILE), file, texts)
    except (CorpusInvalid, packaged.EncoderInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show({"out": str(file), **asdict(found)})
        return
    if texts:
        typer.echo(
            f"{found.texts} texts, in eight bits and whole: cosine {found.mean:.5f}, at least"
            f" {found.least:.5f}; outputs {found.apart:.3f} apart in log-odds"
        )
    typer.echo(f"the encoder is in {file}; next: attune language train --data DIR")


def empathy(
    data: Annotated[Path, typer.Option(help="A folder that holds epitome.")],
    work: Annotated[Path, typer.Option(help="The folder that `attune language tune` filled.")],
    out: Annotated[
        Path | None, typer.Option(help="The file of the network; by default what attune reads.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="How often every answer is shown.")] = 6,
    seed: Annotated[int, typer.Option(help="Of all that is drawn.")] = 1,
    *,
    as_json: AsJson = False,
) -> None:
    """Teach the tuned network empathy, passage by passage, and write its file in eight bits.

    Ten minutes on one core (OMP_NUM_THREADS=1 where others use the machine), 2 GB; goes on where
    it was broken off. Needs the extra `tune`. Then: attune evaluate --data DIR --only empathy.
    """
    try:
        from knowledge.language import (  # noqa: PLC0415 - light start
            empathy_exporting,
            empathy_network,
            empathy_tuning,
        )
    except ModuleNotFoundError as error:
        refuse(f"{error.name} is missing: pip install -c constraints.txt 'attune[tune]'")
    from knowledge.language import empathy_reader, empathy_rows  # noqa: PLC0415 - light start
    from knowledge.language.corpora import CorpusInvalid  # noqa: PLC0415 - light start
    from knowledge.language.packaged import EncoderInvalid  # noqa: PLC0415 - light start
    from knowledge.language.tuning_steps import WorkInvalid  # noqa: PLC0415 - light start

    file = out or Path(str(empathy_reader.stored()))
    try:
        found = empathy_rows.read(data)
        with _steps(hidden=as_json) as told:
            taught = empathy_tuning.learn(found, work, epochs=epochs, seed=seed, progress=told)
        kept = zip(found.rows, found.validation, strict=True)
        passages = [part for row, held in kept if held for part in row.parts]
        alike = empathy_exporting.write(empathy_network.read(taught), file, passages)
    except (CorpusInvalid, EncoderInvalid, WorkInvalid) as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{str(error.filename)[:300]!r} cannot be used: {error.strerror}")
    if as_json:
        show({"out": str(file), **asdict(alike)})
        return
    typer.echo(
        f"the network of empathy is in {file}; of {alike.passages} passages, in eight bits and"
        f" whole: log-odds {alike.mean:.3f} apart, at most {alike.most:.3f}"
    )


@contextmanager
def _steps(*, hidden: bool) -> Iterator[Callable[[int, int, float], None]]:
    from rich.console import Console  # noqa: PLC0415 - light start
    from rich.progress import Progress  # noqa: PLC0415 - light start

    with Progress(console=Console(stderr=True), disable=hidden) as bar:
        task = bar.add_task("steps", total=None)

        def told(step: int, steps: int, loss: float) -> None:
            about = f"steps, loss {loss:.3f}"
            bar.update(task, completed=step, total=steps, description=about)

        yield told
