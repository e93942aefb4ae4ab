from pathlib import Path

import pytest
from fpdf import FPDF

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
        ("a.pdf", b"no pdf at all", "no PDF that can be read"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj<<>>", "no PDF that can be read"),
    ],
)
def test_what_is_no_document_is_refused_with_a_cure(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(DocumentInvalid, match=words):
        material(file)


def printed(*pages: str, closed_by: str | None = None) -> bytes:
    pdf = FPDF()
    if closed_by is not None:
        pdf.set_encryption(owner_password=closed_by, user_password=closed_by)
    for text in pages:
        pdf.add_page()
        pdf.set_font("Helvetica", size=12)
        pdf.multi_cell(0, text=text)
    return bytes(pdf.output())


def test_of_a_pdf_the_text_is_read_page_by_page(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(printed("The line is open until 31 March 2026.", "Call us."))
    assert material(file) == "The line is open until 31 March 2026.\n\nCall us."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (printed("Secret.", closed_by="x"), "without a password"),
        (printed(""), "says nothing"),
        (printed("word " * 5_000), "give it in parts"),
        (printed("Cut.")[:300], "no PDF that can be read"),
    ],
)
def test_a_pdf_that_tells_nothing_is_refused_with_a_cure(
    tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(content)
    with pytest.raises(DocumentInvalid, match=words):
        material(file)
