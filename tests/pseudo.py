"""A language in which every text that was looked up stands between « and », so that what was not is seen."""

import re
from html.parser import HTMLParser

from django.utils.translation import trans_real

LANGUAGE = "fr"
_SEPARATOR = "\x04"
_DIGEST = re.compile(r"\b[0-9a-f]{8,}\b")
_SPOKEN = {"alt", "aria-label", "placeholder"}


class Pseudo(trans_real.DjangoTranslation):
    """French formats, and each message between « and »."""

    def gettext(self, message: str) -> str:
        return f"«{message.rpartition(_SEPARATOR)[2]}»"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)


def pseudo(monkeypatch) -> str:
    """Put the pseudo-language in the place of a language until the test ends, and return its code."""
    monkeypatch.setitem(trans_real._translations, LANGUAGE, Pseudo(LANGUAGE))
    return LANGUAGE


def outside(text: str) -> str:
    """Return what stands outside of « and ».

    Raises ValueError where they do not match.
    """
    kept, depth = [], 0
    for letter in text:
        depth += (letter == "«") - (letter == "»")
        if depth < 0:
            raise ValueError(f"» without «: {text}")
        if depth == 0 and letter != "»":
            kept.append(letter)
    if depth:
        raise ValueError(f"« without »: {text}")
    return "".join(kept)


class _Visible(HTMLParser):
    """Everything that a page says, as one text; code and the children of hidden classes are left out."""

    def __init__(self, hidden: set[str]) -> None:
        super().__init__()
        self.hidden, self.texts, self.skipped = hidden, [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if self.skipped:
            self.skipped += [tag] if tag == self.skipped[0] else []
        elif tag in {"script", "style", "code"} or self.hidden & set((given.get("class") or "").split()):
            self.skipped = [tag]
        else:
            self.texts += [value for name, value in attrs if name in _SPOKEN and value]

    def handle_endtag(self, tag):
        if self.skipped and tag == self.skipped[0]:
            self.skipped.pop()

    def handle_data(self, data):
        if not self.skipped:
            self.texts.append(data)


def unspoken(html: str, known: set[str], *, hidden: frozenset[str] = frozenset()) -> set[str]:
    """Return the words of a page that were not looked up and are not known to stand as they are."""
    page = _Visible(set(hidden))
    page.feed(html)
    text = _DIGEST.sub(" ", outside("\n".join(page.texts)))
    for one in sorted(known, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", " ", text)
    return {line.strip() for line in text.splitlines() if re.search(r"[^\W\d_]{2,}", line)}
