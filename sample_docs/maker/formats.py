"""How numbers, amounts and dates are written, by country and language. Amounts are whole minor units."""

from datetime import date
from typing import NamedTuple

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
DATES = {
    "DE": (
        "{d:02}.{m:02}.{y}", "{d:02}.{m:02}.{y}", "{d}. {month} {y}", "{d:02}.{m:02}.{yy:02}",
        "{y}-{m:02}-{d:02}", "{d}.{m}.{y}",
    ),
    "AT": ("{d:02}.{m:02}.{y}", "{d}. {month} {y}", "{d}.{m}.{y}"),
    "CH": ("{d:02}.{m:02}.{y}", "{d}. {month} {y}", "{d:02}.{m:02}.{y}"),
    "GB": (
        "{d:02}/{m:02}/{y}", "{d} {month} {y}", "{d:02} {mon} {y}", "{d:02}-{mon}-{y}", "{d}{th} {month} {y}",
    ),
    "US": ("{m:02}/{d:02}/{y}", "{month} {d}, {y}", "{mon} {d}, {y}", "{m}/{d}/{y}", "{m:02}-{d:02}-{y}"),
    "FR": ("{d:02}/{m:02}/{y}", "{d} {month} {y}", "{d:02}/{m:02}/{yy:02}", "{d:02}-{m:02}-{y}"),
    "ES": ("{d:02}/{m:02}/{y}", "{d} de {month} de {y}", "{d:02}-{m:02}-{y}"),
    "PL": ("{y}-{m:02}-{d:02}", "{d:02}.{m:02}.{y}", "{d} {month} {y}"),
    "JP": ("{y}/{m:02}/{d:02}", "{y}-{m:02}-{d:02}", "{month} {d}, {y}"),
}  # fmt: skip
SEPARATORS = {
    "DE": (".", ","), "AT": (".", ","), "CH": ("'", "."), "GB": (",", "."), "US": (",", "."),
    "FR": (" ", ","), "ES": (".", ","), "PL": (",", "."), "JP": (",", "."),
}  # fmt: skip
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "JPY": "¥", "PLN": "zł"}
DIGITS = {"JPY": 0}


class Hand(NamedTuple):
    """The writing habits of one document."""

    language: str
    country: str
    date_format: str
    grouped: bool = True

    def day(self, day: date) -> str:
        """Write a date."""
        month = MONTHS[self.language].split()[day.month - 1]
        if self.language == "fr" and day.day == 1 and "{month}" in self.date_format:
            return f"1er {month} {day.year}"
        th = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
        return self.date_format.format(
            d=day.day, m=day.month, y=day.year, yy=day.year % 100, month=month, mon=month[:3], th=th
        )

    def amount(self, minor: int, currency: str) -> str:
        """Write an amount without its currency."""
        return self.number(minor, DIGITS.get(currency, 2))

    def number(self, scaled: int, digits: int) -> str:
        """Write a number that is given in units of its last digit."""
        group, point = SEPARATORS[self.country]
        whole, rest = divmod(abs(scaled), 10**digits)
        text = f"{whole:,}".replace(",", group if self.grouped else "")
        if digits:
            text += f"{point}{rest:0{digits}}"
        return f"-{text}" if scaled < 0 else text


def decimal(minor: int, currency: str = "EUR") -> str:
    """Return an amount as truth has it: decimal with a point."""
    return scaled(minor, DIGITS.get(currency, 2))


def scaled(value: int, digits: int) -> str:
    """Return a number given in units of its last digit as a plain decimal."""
    whole, rest = divmod(abs(value), 10**digits)
    text = f"{whole}.{rest:0{digits}}" if digits else str(whole)
    return f"-{text}" if value < 0 else text
