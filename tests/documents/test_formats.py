"""Numbers and times follow the language of the reader, in text and along the axes of figures."""

import pytest
from django.utils.translation import override

from reports.documents import formats
from reports.documents.figures.forest import Row, forest


def test_english_numbers_have_points_and_times_are_in_utc():
    with override("en"):
        assert formats.number(0.12345) == "0.123"
        assert formats.signed(0.5, 2) == "+0.50"
        assert formats.percent(0.925) == "92.5\u00a0%"
        assert formats.short(0.25) == "0.25"
        assert formats.chance(0.0001) == "<\u00a00.001"
        assert formats.chance(0.25) == "0.250"
        assert formats.count(23458) == "23\u00a0458"
        assert formats.moment("2026-11-24T01:30:00Z") == "24 November 2026, 01:30 UTC"
        assert formats.moment("2026-11-24T02:30:00+01:00") == "24 November 2026, 01:30 UTC"
        assert formats.day("2026-12-03") == "3 December 2026"


@pytest.mark.parametrize(("language", "month"), [("de", "Dezember"), ("fr", "décembre")])
def test_other_languages_have_commas_and_their_own_months(language, month):
    with override(language):
        assert formats.percent(0.925) == "92,5\u00a0%"
        assert formats.chance(0.0001) == "<\u00a00,001"
        assert month in formats.day("2026-12-03")
        assert month in formats.moment("2026-12-03T10:00:00Z")


def test_the_numbers_along_an_axis_follow_the_language():
    rows = [Row("a", 9, 0.55, 0.5, 0.6), Row("b", 9, 0.85, 0.8, 0.9)]
    drawn = {}
    for language in ("en", "de"):
        with override(language):
            drawn[language] = forest(rows, "x", None)
    assert drawn["en"] != drawn["de"]
    with override("en"):
        assert forest(rows, "x", None) == drawn["en"]


def test_what_is_no_time_is_refused():
    with pytest.raises(ValueError, match="Invalid isoformat"):
        formats.moment("today")


def test_long_names_keep_their_beginning_and_their_end():
    assert formats.clipped("a name", 20) == "a name"
    found = {formats.clipped(f"{'long ' * 20}{number}", 24) for number in range(3)}
    assert len(found) == 3
    assert all(len(name) <= 24 and "…" in name for name in found)
