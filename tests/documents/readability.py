"""How easy a text is to read: Flesch's formula and its forms for German and French, and Björnsson's LIX.

Flesch (1948); Amstad (1978) for German; Kandel and Moles (1958) for French; Björnsson (1968). A Flesch value of 60 to
70 is plain language, read without effort by readers of 13 to 15 years; higher is easier. A LIX under 40 is easy, under
50 of middling difficulty.
"""

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_END = re.compile(r"[.!?:;]+(?=\s|$)")
_VOWELS = {"en": "aeiouy", "de": "aeiouyäöü", "fr": "aeiouyàâäéèêëîïôöùûüœæ"}
_FORMULAS = {"en": (206.835, 1.015, 84.6), "de": (180.0, 1.0, 58.5), "fr": (207.0, 1.015, 73.6)}


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def sentences(text: str) -> int:
    return max(1, len(_END.findall(text.strip())))


def syllables(word: str, language: str) -> int:
    """Count groups of vowels; a final silent e does not count in English and French."""
    low = word.lower()
    groups = len(re.findall(f"[{_VOWELS[language]}]+", low))
    if (
        language == "en"
        and re.search(r"[^aeiouyl]e(?:s|d)?$", low)
        and not re.search(r"(?:[td]ed|[sxz]es|[cg]es|[cs]hes)$", low)
    ):
        groups -= 1
    if language == "fr" and re.search(r"[^aeiouyàâäéèêëîïôöùûüœæ]e(?:s|nt)?$", low):
        groups -= 1
    if language == "de":
        groups += len(re.findall(r"(?:ie(?=[rn]t?$)|io|ia)", low)) - len(re.findall(r"ier$", low))
    return max(1, groups)


def ease(text: str, language: str) -> float:
    """Return the reading ease, about 0 (hard) to 100 (easy)."""
    found = words(text)
    constant, by_sentence, by_syllable = _FORMULAS[language]
    length = len(found) / sentences(text)
    weight = sum(syllables(word, language) for word in found) / len(found)
    return constant - by_sentence * length - by_syllable * weight


def lix(text: str) -> float:
    """Return words a sentence plus the percentage of words with more than six letters."""
    found = words(text)
    return len(found) / sentences(text) + 100 * sum(len(word) > 6 for word in found) / len(found)
