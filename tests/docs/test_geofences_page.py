from loaders.geojson import read
from tests.docs.examples import ROOT, blocks


def test_the_geofences_that_the_page_and_the_sample_show_are_taken_without_a_notice() -> None:
    (shown,) = [block for block in blocks("docs/geofences.md") if block.language == "json"]
    sample = (ROOT / "loaders" / "samples" / "geofences.json").read_bytes()
    for text in (shown.text.encode(), sample):
        loaded = read(text)
        assert loaded.fences
        assert loaded.notices == ()
