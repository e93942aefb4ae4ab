"""A decision says, by the jurisdiction in which a statement is read, whether it may admit fault;
where the law is unknown it may not before legal has cleared it.
"""

import pytest

from tests.serving import Served


def asked(service: Served, admission: str, region: str | None) -> dict[str, set[str]]:
    request = {"kind": "statement", "admission": admission, "public": True}
    body: dict[str, object] = {"facts": {"request": request}, "precedents": 0}
    if region is not None:
        body["region"] = region
    decision = service.post("/v1/decisions", body)["decision"]
    return {
        "required": {one["name"] for one in decision["requirements"]},
        "forbidden": set(decision["prohibitions"]),
    }


@pytest.mark.parametrize("region", ["region/us-ny", "region/us-ma", "region/de", None])
def test_fault_is_not_admitted_where_nothing_protects_it(
    service: Served, region: str | None
) -> None:
    answer = asked(service, "fault", region)
    assert "fault-admission" in answer["forbidden"]
    assert "legal-approval" in answer["required"]


def test_where_part_is_protected_legal_says_which(service: Served) -> None:
    answer = asked(service, "fault", "region/gb-eng")
    assert "fault-admission" not in answer["forbidden"]
    assert "legal-approval" in answer["required"]


def test_where_an_apology_is_protected_fault_may_be_admitted(service: Served) -> None:
    assert "fault-admission" not in asked(service, "fault", "region/ca-on")["forbidden"]


def test_harm_may_be_acknowledged_everywhere(service: Served) -> None:
    for region in ("region/us-ny", "region/de", "region/ca-on"):
        assert "fault-admission" not in asked(service, "harm", region)["forbidden"]
