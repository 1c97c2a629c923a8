"""The look at where words stand sees what is cut off and what is printed over something else."""

from tests.documents.boxes import MARGIN, Word, outside, overprinted


def word(left: float, right: float, top: float = 100.0) -> Word:
    return Word(1, left, top, right, top + 10, "word")


def test_words_in_the_margin_are_outside():
    inside, cut = word(MARGIN, 300), word(520, 540)
    assert outside([[inside, cut]]) == [cut]


def test_words_that_cover_each_other_are_found_and_neighbours_are_not():
    one, over, beside, below = word(100, 150), word(110, 140), word(150, 180), word(100, 150, 110)
    assert overprinted([[one, beside, below]]) == []
    assert overprinted([[one, over]]) == [(one, over)]
