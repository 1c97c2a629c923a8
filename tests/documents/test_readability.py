"""The measure of readability itself, on texts whose words can be counted by hand."""

import pytest

from tests.documents.readability import ease, lix, sentences, syllables, words


@pytest.mark.parametrize(
    ("language", "word", "count"),
    [
        ("en", "cat", 1), ("en", "table", 2), ("en", "made", 1), ("en", "decided", 3), ("en", "result", 2),
        ("en", "people", 2), ("en", "picture", 2), ("en", "cases", 2),
        ("de", "Haus", 1), ("de", "Ergebnis", 3), ("de", "Entscheidung", 3), ("de", "Programm", 2),
        ("fr", "chat", 1), ("fr", "programme", 2), ("fr", "décision", 3), ("fr", "personne", 2), ("fr", "écrivent", 2),
    ],
)  # fmt: skip
def test_syllables(language, word, count):
    assert syllables(word, language) == count


def test_flesch_of_a_sentence_counted_by_hand():
    text = "The cat sat on the mat."
    assert (len(words(text)), sentences(text)) == (6, 1)
    assert ease(text, "en") == pytest.approx(206.835 - 1.015 * 6 - 84.6 * 1)
    assert ease("Das Haus ist rot.", "de") == pytest.approx(180 - 4 - 58.5)


def test_law_is_hard_to_read_and_a_tale_is_easy():
    law = (
        "The data subject shall have the right not to be subject to a decision based solely on automated processing, "
        "including profiling, which produces legal effects concerning him or her or similarly significantly affects "
        "him or her."
    )
    tale = "Once there was a small dog. It lived in a red house. It liked to run and to jump."
    assert ease(law, "en") < 30 < 90 < ease(tale, "en")
    assert lix(law) > 55 > 25 > lix(tale)
    gesetz = (
        "Die betroffene Person hat das Recht, nicht einer ausschließlich auf einer automatisierten Verarbeitung "
        "beruhenden Entscheidung unterworfen zu werden, die ihr gegenüber rechtliche Wirkung entfaltet."
    )
    assert ease(gesetz, "de") < 40
    assert lix(gesetz) > 55
