import copy
from typing import Any

import pytest

from service.sealed_bundles import BundleRefused, read, sign

FILES = {"rules/books/a.yaml": "book: a\n", "ontology/shapes/b.ttl": "# b\n"}
SIGNED = sign(FILES, b"s" * 32)
SIGNER = str(SIGNED["signer"])


def altered(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(SIGNED) | changes


def test_a_signed_bundle_gives_its_files_back() -> None:
    assert read(SIGNED, SIGNER).files == FILES


@pytest.mark.parametrize(
    "bundle",
    [
        altered(files=FILES | {"rules/books/a.yaml": "book: b\n"}),
        altered(digest="0" * 64),
        altered(signature="00" * 64),
        altered(signature=""),
        altered(signature=None),
        altered(form="attune policy 2"),
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
    other = sign(FILES, b"t" * 32)
    with pytest.raises(BundleRefused, match=SIGNER):
        read(other, SIGNER)
