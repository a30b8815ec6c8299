"""Writes values for people in their own locale, exactly: no number ever passes through a float."""

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from PySide6.QtCore import QDate, QLocale

from countersign.domain.confidence import percent
from countersign.domain.klass import FieldType
from countersign.domain.sealed import ERASED
from countersign.domain.time import now

NUMBERS = (FieldType.AMOUNT, FieldType.NUMBER)


def number(value: str, locale: QLocale) -> str:
    """Write a decimal with the locale's signs; what is no decimal comes back as it is."""
    try:
        plain = f"{Decimal(value):f}"
    except InvalidOperation:
        return value
    sign, digits = ("−", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, cents = digits.partition(".")
    grouped = f"{int(whole):,}".replace(",", locale.groupSeparator())
    return sign + grouped + (locale.decimalPoint() + cents if cents else "")


def money(value: str, locale: QLocale) -> str:
    """Write an amount with at least two decimals."""
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    exponent = amount.as_tuple().exponent
    short = isinstance(exponent, int) and exponent > -2
    return number(str(amount.quantize(Decimal("0.01")) if short else amount), locale)


def day(value: str, locale: QLocale) -> str:
    """Write an ISO date with its month as a word, so that nobody takes a day for a month."""
    try:
        then = date.fromisoformat(value)
    except ValueError:
        return value
    return locale.toString(QDate(then.year, then.month, then.day), "d MMM yyyy")


def moment(then: datetime, locale: QLocale) -> str:
    """Write a moment in the time of this place: ``20 Nov 08:30:12``, the year where it is not this one."""
    here = then.astimezone()
    written = "d MMM" if here.year == now().astimezone().year else "d MMM yyyy"
    return f"{locale.toString(QDate(here.year, here.month, here.day), written)} {here:%H:%M:%S}"


def iban(value: str) -> str:
    """Write an IBAN in groups of four."""
    return " ".join(value[at : at + 4] for at in range(0, len(value), 4))


def value(text: str, kind: FieldType, locale: QLocale) -> str:
    """Write a normalised value of a field; what was erased says so."""
    if text == ERASED:
        return text
    match kind:
        case FieldType.AMOUNT:
            return money(text, locale)
        case FieldType.NUMBER:
            return number(text, locale)
        case FieldType.DATE:
            return day(text, locale)
        case FieldType.IBAN:
            return iban(text)
        case _:
            return " ".join(text.split())


def share(confidence: int, locale: QLocale) -> str:
    """Write a confidence."""
    return percent(confidence).replace(".", locale.decimalPoint()).replace(" ", "\N{NO-BREAK SPACE}")


def age(since: timedelta) -> str:
    """Write how long ago something was, in one unit."""
    seconds = max(0, int(since.total_seconds()))
    if seconds < 60:
        return "now"
    for size, unit in ((86400 * 365, "y"), (86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size}\N{NO-BREAK SPACE}{unit}"
    return "now"
