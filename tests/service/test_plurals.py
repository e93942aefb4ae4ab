"""Collections in addresses: each kind of things has one name, which is found back."""

import pytest

from ontology.lifecycle_file import lifecycles
from service.plurals import plural, singular


@pytest.mark.parametrize("kind", lifecycles())
def test_the_collection_of_each_kind_names_that_kind(kind: str) -> None:
    assert singular(plural(kind), lifecycles()) == kind


@pytest.mark.parametrize(
    ("kind", "things"), [("pathway", "pathways"), ("duty", "duties"), ("embargo", "embargoes")]
)
def test_a_collection_is_called_as_people_spell_it(kind: str, things: str) -> None:
    assert plural(kind) == things
