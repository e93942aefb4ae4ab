import copy
from typing import Any

import pytest

from knowledge.language.coefficient_files import manifest
from service.sealed_bundles import BundleRefused, read, sign

HEADS = b"weights"
FILES = {
    "rules/books/a.yaml": "book: a\n",
    "ontology/shapes/b.ttl": "# b\n",
    "knowledge/language/coefficients.yaml": manifest(HEADS),
}
SIGNED = sign(FILES, HEADS, b"s" * 32)
SIGNER = str(SIGNED["signer"])


def altered(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(SIGNED) | changes


def test_a_signed_bundle_gives_its_files_back() -> None:
    found = read(SIGNED, SIGNER)
    assert (found.files, found.coefficients) == (FILES, HEADS)


def test_a_bundle_whose_coefficients_are_not_those_that_it_names_is_refused() -> None:
    other = sign(FILES, b"others", b"s" * 32)
    with pytest.raises(BundleRefused, match="not those that its policy names"):
        read(other, SIGNER)


@pytest.mark.parametrize(
    "bundle",
    [
        altered(files=FILES | {"rules/books/a.yaml": "book: b\n"}),
        altered(digest="0" * 64),
        altered(signature="00" * 64),
        altered(signature=""),
        altered(signature=None),
        altered(form="attune policy 1"),
        altered(coefficients=""),
        altered(extra=1),
        {name: value for name, value in SIGNED.items() if name != "signature"},
        {},
        [],
        None,
        "x",
    ],
)
def test_an_altered_or_unsigned_bundle_is_refused(bundle: Any) -> None:
    with pytest.raises(BundleRefused):
        read(bundle, SIGNER)


def test_a_bundle_of_another_signer_is_refused_and_both_keys_are_named() -> None:
    other = sign(FILES, HEADS, b"t" * 32)
    with pytest.raises(BundleRefused, match=SIGNER):
        read(other, SIGNER)
