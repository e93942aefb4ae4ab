"""How values are written, type by type: every form that `rules.literals` reads, with examples."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ontology.values import Datatype
from rules.construct import Writing

WRITING: Final[Mapping[Datatype, Writing]] = MappingProxyType(
    {
        Datatype.TOKEN: Writing(
            means="One name out of the list that the field has, in its order.",
            written=("severe", '"severe"'),
            stored="severe",
            wrong="Severe",
        ),
        Datatype.STRING: Writing(
            means="A text on one line; in quotation marks where a comma or a bracket is in it.",
            written=("gold", '"gold"'),
            stored="gold",
            wrong='"gold',
        ),
        Datatype.BOOLEAN: Writing(
            means="True or false, nothing else.", written=("true",), stored=True, wrong="yes"
        ),
        Datatype.INTEGER: Writing(
            means="A whole number.", written=("4000",), stored=4000, wrong="4,000"
        ),
        Datatype.DECIMAL: Writing(
            means="A number with a decimal point, to as many places as the field keeps.",
            written=("0.5", ".5", "0.50"),
            stored=0.5,
            wrong="50 %",
        ),
        Datatype.DATE: Writing(
            means="A day, year first.",
            written=("2026-12-24", 'date("2026-12-24")', '@"2026-12-24"'),
            stored="2026-12-24",
            wrong="24.12.2026",
        ),
        Datatype.TIME: Writing(
            means="A time of day, without offset.",
            written=("08:30", "08:30:00", 'time("08:30:00")', '@"08:30:00"'),
            stored="08:30:00",
            wrong="8:30",
        ),
        Datatype.DATETIME: Writing(
            means="A date and time with its offset; kept in UTC.",
            written=(
                "2026-11-22T08:30:00Z",
                "2026-11-22T09:30:00+01:00",
                'date and time("2026-11-22T08:30:00Z")',
                '@"2026-11-22T08:30:00Z"',
            ),
            stored="2026-11-22T08:30:00+00:00",
            wrong="2026-11-22T08:30:00",
        ),
        Datatype.DURATION: Writing(
            means="A length of time in days, hours, minutes and seconds, in ISO 8601 or in words.",
            written=(
                "90 minutes",
                "1 hour and 30 minutes",
                "1.5 hours",
                "PT90M",
                'duration("PT90M")',
                '@"PT90M"',
            ),
            stored="PT1H30M",
            wrong="90",
        ),
        Datatype.MONTHS: Writing(
            means="A length of time in years and months, which has no fixed number of days. No "
            "field of [facts.md](facts.md) holds one; inputs of calculations may.",
            written=(
                "18 months",
                "1 year and 6 months",
                "1.5 years",
                "P1Y6M",
                "P18M",
                'duration("P18M")',
                '@"P18M"',
            ),
            stored="P1Y6M",
            wrong="90 days",
        ),
    }
)
