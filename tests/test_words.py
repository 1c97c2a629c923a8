"""The search for claims that no report may make finds them, and leaves what denies them."""

import pytest

from tests import words


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "This model is Fair\u00a0and was certified.", ["certified", "fair"]),
        ("en", "A fairly small affair, unfair to nobody.", []),
        ("en", "Accuracy 100\u00a0% of the time", ["100 %"]),
        ("en", "Accuracy 100.0\u00a0%", []),
        ("de", "Das Verfahren ist DSGVO-konform und garantiert nichts.", ["konform", "DSGVO-konform", "garantiert"]),
        ("de", "Das ist nicht sicher.", []),
        ("fr", "Le modèle est certifié et prouve tout.", ["certifié", "prouve"]),
        ("fr", "Ce qui est en cause.", []),
    ],
)  # fmt: skip
def test_claims_are_found_as_whole_words(language, text, found):
    assert words.claims(text, language) == found
