import pytest

from ontology.facts import catalogue
from rules.policy import PolicyInvalid, build, digest
from tests.rules.test_strata import DETECT, ESCALATE


def test_the_digest_names_names_and_bytes_in_any_order() -> None:
    one = {"b.yaml": b"2", "a.yaml": b"1"}
    assert digest(one) == digest(dict(reversed(one.items())))
    assert digest(one) != digest({"b.yaml": b"1", "a.yaml": b"2"})
    assert digest({"ab": b"c"}) != digest({"a": b"bc"})


def test_a_file_that_is_no_book_counts_in_the_digest_only() -> None:
    files = {"rules/books/a.yaml": DETECT.encode()}
    more = {**files, "ontology/shapes/x.ttl": b"", "rules/books/a.cases.yaml": b"- {}"}
    assert build(more, catalogue()).rules == build(files, catalogue()).rules
    assert build(more, catalogue()).digest != build(files, catalogue()).digest


def test_every_mistake_of_every_book_is_told_at_once() -> None:
    files = {
        "a.yaml": DETECT.replace("excess", "xcess").encode(),
        "b.yaml": ESCALATE.replace("owner: team", "owner: tm").encode() + b"\xff",
        "c.yaml": ESCALATE.replace("surge}", "surg}").encode(),
    }
    with pytest.raises(PolicyInvalid) as caught:
        build(files, catalogue())
    assert [one.file for one in caught.value.diagnostics] == [
        "a.yaml",
        "a.yaml",
        "b.yaml",
        "c.yaml",
    ]


def test_an_id_names_one_rule_in_all_books() -> None:
    with pytest.raises(PolicyInvalid, match=r"names another rule too, at a.yaml:5"):
        build({"a.yaml": DETECT.encode(), "b.yaml": DETECT.encode()}, catalogue())


def test_a_bundle_without_rules_is_no_policy() -> None:
    with pytest.raises(PolicyInvalid, match="has no rules"):
        build({}, catalogue())
