"""XML of strangers: what is hostile, broken or too large is refused, in bounded time."""

import resource

import pytest

from rules.xml_reader import MOST_BYTES, MOST_ELEMENTS, XmlInvalid, read_xml

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def refused(content: bytes) -> str:
    with pytest.raises(XmlInvalid) as caught:
        read_xml(content, file="m.dmn")
    return str(caught.value)


def test_an_element_knows_its_place_its_text_and_what_is_in_it() -> None:
    found = read_xml(b'<a xmlns="u">\n  <b x="1">t<!-- c -->u</b>\n</a>', file="m.dmn")
    inner = found.children[0]
    assert (inner.namespace, inner.name, dict(inner.attributes)) == ("u", "b", {"x": "1"})
    assert (inner.text, inner.line, inner.column) == ("tu", 2, 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'.encode(), "document type"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/">%p;]><a/>', "document type"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b"<a>&l9;</a>", "undefined entity"),
        (b"<a>&#0;</a>", "invalid character"),
        (b"<a>\x01</a>", "no XML"),
        (b"<a><b></a>", "mismatched tag"),
        (b"<a", "no XML"),
        (b"<a/><b/>", "no XML"),
        (b'<a b="1" b="2"/>', "duplicate attribute"),
        (b"<x:a/>", "unbound prefix"),
        (b"", "no element"),
        (b"   \n", "no element"),
        (b"{}", "no XML"),
        (b"table: t", "no XML"),
        (b"PK\x03\x04zip", "ZIP archive"),
        (b"\x00" * 100, "no XML"),
        ("<a/>".encode("utf-32"), "no XML"),
        (b'<?xml version="1.0" encoding="UTF-16"?><a/>', "encoding"),
        ('<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"), "no XML"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "unknown encoding"),
        (b'<?xml version="1.0" encoding="zlib"?><a/>', "no XML"),
        (b"<a>" * 100, "deeper than 64"),
        (b'<a b="' + b"x" * 5_000 + b'"/>', "64 attributes of 4000 characters"),
        (b"<a " + b" ".join(b'b%d="x"' % n for n in range(65)) + b"/>", "64 attributes"),
        (b"<a>" + b"x" * 30_000 + b"</a>", "20000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_plain_xml_is_refused_with_its_place(content: bytes, reason: str) -> None:
    words = refused(content)
    assert reason in words
    assert words.startswith("m.dmn:")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a hundred megabytes", b"<a>" + b" " * (100 << 20)),
        ("many elements", b"<a>" + b"<b/>" * (MOST_ELEMENTS + 1)),
        ("one huge attribute", b'<a b="' + b"x" * (MOST_BYTES - 100) + b'"/>'),
        ("a huge name", b"<" + b"a" * (MOST_BYTES - 100)),
        ("deep without end", b"<a>" * (MOST_BYTES // 3)),
    ],
)
def test_what_is_too_large_takes_little_memory(name: str, content: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(content).startswith("m.dmn:"), name
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 600 << 10  # kibibytes


def test_long_comments_and_instructions_are_passed_over() -> None:
    long = b"x" * (4 << 20)
    found = read_xml(b"<a><!--" + long + b"--><?p " + long + b"?><b/></a>", file="m.dmn")
    assert [one.name for one in found.children] == ["b"]
