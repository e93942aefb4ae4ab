from pathlib import Path

import pytest

from loaders.onboarding import LONGEST, DocumentInvalid, material


def test_html_becomes_lines_of_text(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_text("<p>One &amp; all.</p><script>no()</script><ul><li>Two</li></ul>")
    assert material(file) == "One & all.\nTwo"


def test_markdown_keeps_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes("\ufeff# T\r\n\r\nText.\r\n".encode())
    assert material(file) == "# T\n\nText.\n"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.docx", b"PK", "no kind that is read"),
        ("a.md", b"\xff\xfe\x00", "not UTF-8"),
        ("a.txt", b" \n", "says nothing"),
        ("a.txt", b"a" * (LONGEST + 1), "give it in parts"),
        ("a.html", b"<script>x</script>", "says nothing"),
    ],
)
def test_what_is_no_document_is_refused_with_a_cure(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DocumentInvalid, match=words):
        material(file)
