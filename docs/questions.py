"""The part of the reference on what rules ask: facts, tests of their fields, values."""

from collections.abc import Iterator, Mapping

from docs.quoting import compact, says, yes
from docs.reference import table
from docs.trials import asked, book, fires, of_null, one, said, stored, unwritten
from rules.construct import Asking, Requiring
from rules.forms_of_rules import REQUIRING
from rules.forms_of_tests import ASKING, NULL
from rules.forms_of_values import WRITING
from rules.phrases import SAID
from rules.sfeel import COMPARES
from rules.spelled import MONTH_UNITS, UNITS
from rules.unary import ORDER


def questions() -> str:
    """What a `when` may say."""
    return _when() + _tests() + _values()


def _when() -> str:
    return "\n## when: facts\nA rule fires where everything in its `when` holds.\n" + "".join(
        map(_required, REQUIRING)
    )


def _required(form: Requiring) -> str:
    text = book(when=form.when)
    return (
        f"\n### {form.name}\n{form.form}: {form.means}\n\n"
        f"- `when: {form.when}`\n"
        f"- {compact(dict(form.holds))}: it {_fires(fires(text, form.holds))}\n"
        f"- {compact(dict(form.fails))}: it {_fires(fires(text, form.fails))}\n"
        f"- Missing: {form.missing}\n"
        f"- `{form.wrong}`: {says(said(book(when=form.wrong)))}\n"
    )


def _fires(answer: bool) -> str:  # noqa: FBT001 - it is what is asked
    return "fires" if answer else "stays quiet"


def _tests() -> str:
    return (
        "\n## Tests of a field\n`V` is a value. A missing value, and in calculations a null, "
        "fulfils only the tests that ask for it.\n"
        + "".join(map(_asked, ASKING))
        + _nulls()
        + "\n### Words and signs\n"
        + table(("written", "3.99", "4", "4.01", "missing"), _words())
        + "\n### What is not said that way\nThe checker knows what was meant:\n\n"
        + table(("written", "it says"), _meant())
    )


def _asked(form: Asking) -> str:
    kind, _, field = form.field.partition(".")
    written = (*form.holds, *form.fails)
    answers = [f"`{v}` {yes(asked(kind, field, form.written, v))}" for v in written]
    answers.append(f"missing {yes(asked(kind, field, form.written, None))}")
    answers.append(f"null {yes(of_null(kind, field, form.written))}")
    return (
        f"\n### {form.name}\n{form.form}: {form.means}\n\n"
        f"- `{field}: {form.written}` of {kind}: {' · '.join(answers)}\n"
        f"- `{field}: {form.wrong}`: {says(said(book(when=one(kind, field, form.wrong))))}\n"
    )


def _nulls() -> str:
    kind, _, field = NULL.field.partition(".")
    return (
        f"\n### {NULL.name}\n{NULL.form}: {NULL.means}\n\n"
        f"- `null` of a null: {yes(of_null(kind, field, NULL.written))}\n"
        f"- in a book `{field}: {NULL.wrong}`: "
        f"{says(said(book(when=one(kind, field, NULL.wrong))))}\n"
    )


def _words() -> Iterator[tuple[str, ...]]:
    for sign in (*ORDER, *COMPARES):
        test = f'"{sign} 4"'
        answers = (asked("spread", "excess", test, v) for v in ("3.99", "4", "4.01", None))
        yield f"`{sign} 4`", *map(yes, answers)


def _meant() -> Iterator[tuple[str, str]]:
    for _, _, example in SAID:
        yield f"`{example}`", says(said(book(when=one("spread", "excess", f'"{example}"'))))


def _values() -> str:
    rows = [
        (
            str(datatype),
            form.means,
            " · ".join(f"`{text}`" for text in form.written),
            " ".join(sorted({compact(stored(text, datatype)) for text in form.written})),
            f"`{form.wrong}`: {says(unwritten(form.wrong, datatype))}",
        )
        for datatype, form in WRITING.items()
    ]
    bare, inner = '"4"', "'\"4\"'"
    return (
        f"\n## Values\nNothing is coerced. Quotation marks of YAML change nothing, those inside "
        f'them make a text:\n\n- `excess: "4"` of 4: {yes(asked("spread", "excess", bare, "4"))}\n'
        f"- `excess: {inner}`: {says(said(book(when=one('spread', 'excess', inner))))}\n\n"
        + table(("type", "what it is", "the same value", "stored", "a mistake"), rows)
        + "\n### Units of time\n"
        + table(("written", "seconds"), _units(UNITS))
        + "\nOf years and months:\n\n"
        + table(("written", "months"), _units(MONTH_UNITS))
    )


def _units(units: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """The names of each unit, and its length."""
    for length in dict.fromkeys(units.values()):
        names = ", ".join(f"`{name}`" for name, of in units.items() if of == length)
        yield names, f"{length:,}"
