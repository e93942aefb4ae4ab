import re

from tests.docs.examples import ROOT


def test_every_file_of_the_tree_is_where_the_page_says() -> None:
    _, _, section = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## The tree")
    folder, missing = "", []
    for row in section.partition("## ")[0].splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if len(cells) != 3 or cells[0] in {"folder", "---"}:
            continue
        folder = cells[0].strip("`") or folder
        names = re.findall(r"`([^`]+)`", cells[2])
        missing += [name for name in names if not (ROOT / folder / name).exists()]
    assert not missing
    assert folder == "docs"
