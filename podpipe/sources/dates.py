"""When an episode was published: RFC 822 as RSS has it, RFC 3339 as Atom has it, and what people write instead."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_MONTHS = {
    "jan": 1, "jän": 1, "gen": 1, "ene": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "maa": 3, "apr": 4,
    "avr": 4, "abr": 4, "may": 5, "mai": 5, "mei": 5, "mag": 5, "jun": 6, "giu": 6, "jul": 7, "lug": 7, "aug": 8,
    "ago": 8, "aoû": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "out": 10, "ott": 10, "nov": 11, "dec": 12,
    "dez": 12, "déc": 12, "dic": 12,
}  # fmt: skip
"""By the first three letters, in the languages that feeds come in though RFC 822 knows only English."""

_NAMES = set(
    "jan feb mar apr may jun jul aug sep sept oct nov dec "
    "january february march april june july august september october november december "
    "januar jänner februar märz mai juni juli oktober dezember "
    "januari februari maart mei augustus janvier février mars avril juin juillet août septembre octobre novembre "
    "décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro".split()
)
"""Words that are months in prose, whatever else begins with the same letters."""

_ZONES_H = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "cet": 1, "met": 1, "mez": 1, "west": 1, "cest": 2,
    "mest": 2, "mesz": 2, "eet": 2, "sast": 2, "eest": 3, "msk": 3, "ist": 5.5, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "nzst": 12, "nzdt": 13, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "brt": -3, "art": -3,
}  # fmt: skip
"""Hours east of Greenwich."""

_FIRST_YEAR = 1900

_WRITTEN = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?[\s-]+(?:(?:of|de)\s+)?(?P<month>[^\W\d]{3,10})\.?(?:\s+de)?|(?P<month2>[^\W\d]{3,10})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?)"
    r",?[\s-]+(?P<year>\d{4}|\d{2})\b"
    r"(?:,?\s+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:\.\d+)?\s*(?P<half>[ap]\.?m\.?)?)?"
    r"\s*(?:(?:GMT|UTC)?(?P<offset>[+-]\d{1,2}:?\d{2})|(?P<zone>[A-Za-z]{1,5}))?",
    re.IGNORECASE,
)

_DASHED = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_./]?(0[1-9]|1[0-2])[-_./]?(0[1-9]|[12]\d|3[01])(?!\d)")
_LABELLED = re.compile(
    r"^[^\w\n]*(?:(?:date|day|published|recorded|aired|released|posted)(?:[^\w\n]+on)?[^\w\n]+)?"
    r"((?:19|20)\d\d-\d\d-\d\d)\b[^\w\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""2024-03-05 alone on a line, or behind what it is."""


def parse(text: str) -> datetime | None:
    """A moment with its zone (UTC where none is told); None where the text is no date.

    The first second of 1970 is no date either, nor is any before the first broadcasts: that is what programs write
    that know none.
    """
    text = text.strip()[:200]
    found = (_iso(text) if text[:4].isdigit() else None) or _rfc822(text)
    if found is None and (written := _WRITTEN.search(text)):
        found = _written(written)
    return None if found is None or found.year < _FIRST_YEAR or found.timestamp() == 0 else found


def in_name(name: str) -> datetime | None:
    """A day in a file's name: 20091101, 2009-11-01."""
    days = (_day(*map(int, digits)) for digits in _DIGITS.findall(name))
    return next(filter(None, days), None)


def in_prose(text: str) -> datetime | None:
    """The day that a text says it is of: 2024-03-05 in its first line or by itself on one, else in words anywhere."""
    first = text.lstrip().partition("\n")[0]
    labelled = _LABELLED.search(text)
    in_words = (_written(found) for found in _WRITTEN.finditer(text) if _is_day(found))
    days = (in_name(" ".join(_DASHED.findall(first))), in_name(labelled[1]) if labelled else None, *in_words)
    found = next(filter(None, days), None)
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if found else None


def _is_day(found: re.Match[str]) -> bool:
    """Whether what may be a day in a sentence is one: its month a whole word, its year a whole year."""
    return len(found["year"]) == 4 and (found["month"] or found["month2"]).lower() in _NAMES


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    zone = text.rpartition(" ")[2].lower()
    if (zone.isalpha() and zone not in ("gmt", "utc", "ut", "z")) or re.match(r"(?:gmt|utc)[+-]", zone):
        return None  # the standard library takes zones that it does not know for UTC
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _zoned(found)


def _iso(text: str) -> datetime | None:
    """RFC 3339, and ISO 8601 as far as Python reads it."""
    text = re.sub(r"(?i)(?<!\s)\s*(?:utc|gmt)$", "Z", text) if text[:4].isdigit() else text
    text = re.sub(r"(?<!\s)\s+(?=[+-]\d\d:?\d\d$)", "", text)
    if not re.match(r"\d{4}-?\d\d", text):
        return None
    try:
        return _zoned(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def _written(found: re.Match[str]) -> datetime | None:
    month = _MONTHS.get((found["month"] or found["month2"])[:3].lower())
    if month is None:
        return None
    year, day = int(found["year"]), int(found["day"] or found["day2"])
    if len(found["year"]) == 2:
        year += 2000 if year < 70 else 1900  # RFC 2822, section 4.3
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    after = timedelta(hours=hour, minutes=int(found["minute"] or 0), seconds=int(found["second"] or 0))
    try:
        return datetime(year, month, day, tzinfo=_zone(found)) + after  # 24:00:00 is the next day
    except (ValueError, OverflowError):
        return None


def _zone(found: re.Match[str]) -> timezone:
    if found["offset"]:
        sign, digits = found["offset"][0], found["offset"][1:].replace(":", "").zfill(4)
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        return timezone(timedelta(minutes=minutes if sign == "+" else -minutes)) if minutes < 24 * 60 else UTC
    return timezone(timedelta(hours=_ZONES_H.get((found["zone"] or "utc").lower(), 0)))


def _zoned(found: datetime) -> datetime | None:
    try:
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        found.timestamp()
    except (ValueError, OverflowError):
        return None
    return found
