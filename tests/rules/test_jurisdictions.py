"""The jurisdiction table: what may be relied on, its optional columns, what is refused."""

import pytest

from ontology.facts import Catalogue
from ontology.marked_reader import FileInvalid
from rules import jurisdictions

ROW = "jurisdictions: [{code: HK, name: Hong Kong, protects: full, says: x, source: Cap. 631%s}]\n"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    from ontology.facts import catalogue

    return catalogue()


def test_columns_that_a_row_leaves_out_are_not_known(catalogue: Catalogue) -> None:
    row = jurisdictions.read(ROW % "", catalogue).rows["HK"]
    assert (row.facts, row.limits, row.protection) == (None, "", "unverified")


def test_a_row_says_whether_facts_are_protected_and_what_it_does_not_reach(
    catalogue: Catalogue,
) -> None:
    given = ROW % ", facts: true, limits: Not in criminal proceedings."
    row = jurisdictions.read(given, catalogue).rows["HK"]
    assert (row.facts, row.limits) == (True, "Not in criminal proceedings.")


def test_facts_are_protected_or_not_and_nothing_between(catalogue: Catalogue) -> None:
    with pytest.raises(FileInvalid, match="'partly' is neither true nor false"):
        jurisdictions.read(ROW % ", facts: partly", catalogue)


def test_every_row_that_ships_names_its_source_and_is_unverified_until_somebody_signs(
    catalogue: Catalogue,
) -> None:
    from importlib.resources import files

    text = (files("rules") / "jurisdictions.yaml").read_text(encoding="utf-8")
    for row in jurisdictions.read(text, catalogue).rows.values():
        assert row.source
        assert (row.protection == "unverified") == (row.verified is None)
