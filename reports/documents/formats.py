"""How numbers and times are written in the language of the reader: the one place where they become text."""

from datetime import UTC, date, datetime

from django.utils.dateformat import format as formatted
from django.utils.translation import pgettext

from auditor.language import localized

LEAST = 0.001
_SPACE = "\u00a0"


def number(value: float, places: int = 3) -> str:
    """Return a number with a fixed number of decimals."""
    return localized(f"{value:.{places}f}")


def signed(value: float, places: int = 3) -> str:
    """Return a number with its sign and a fixed number of decimals."""
    return localized(f"{value:+.{places}f}")


def short(value: float, digits: int = 6) -> str:
    """Return a number with at most so many significant digits."""
    return localized(f"{value:.{digits}g}")


def percent(share: float, places: int = 1) -> str:
    """Return a share as a percentage; the space before the sign does not break."""
    return f"{number(100 * share, places)}{_SPACE}%"


def chance(p: float) -> str:
    """Return a p-value, which is never printed as zero."""
    return f"<{_SPACE}{localized(str(LEAST))}" if p < LEAST else number(p)


def count(n: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{n:,}".replace(",", _SPACE)


def moment(text: str) -> str:
    """Return an RFC 3339 time in words, in UTC; raises ValueError for other text."""
    found = datetime.fromisoformat(text).astimezone(UTC)
    return formatted(found, pgettext("format of a time", r"j F Y, H:i \U\T\C"))


def day(text: str) -> str:
    """Return an ISO 8601 day in words; raises ValueError for other text."""
    return formatted(date.fromisoformat(text), pgettext("format of a day", "j F Y"))


def clipped(text: str, longest: int) -> str:
    """Return a name of at most so many characters; the middle of a longer one is left out, as ends differ."""
    if len(text) <= longest:
        return text
    end = longest // 3
    return f"{text[: longest - end - 1].rstrip()}…{text[len(text) - end :].lstrip()}"
