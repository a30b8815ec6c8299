"""Identifiers with right check digits, in ranges that no authority gives out where there is such a range."""

from collections.abc import Callable
from random import Random

from stdnum import luhn
from stdnum.at import uid
from stdnum.ch import uid as ch_uid
from stdnum.es import cif
from stdnum.gb import vat as gb_vat
from stdnum.iso7064 import mod_11_10, mod_97_10


def digits(rng: Random, count: int) -> str:
    """Return that many random digits."""
    return str(rng.randrange(10**count)).zfill(count)


def iban(country: str, bban: str) -> str:
    """Return the IBAN of a national account number (ISO 13616, mod 97)."""
    number = "".join(str(int(char, 36)) for char in f"{bban}{country}00")
    return f"{country}{98 - int(number) % 97:02}{bban}"


def broken(good: str) -> str:
    """Return an IBAN of which two neighbouring digits changed places, so that its check digits are wrong."""
    for n in range(len(good) - 2, 4, -1):
        if good[n] != good[n - 1]:
            return good[: n - 1] + good[n] + good[n - 1] + good[n + 1 :]
    raise ValueError("all digits are the same")


def account(rng: Random, country: str) -> str | None:
    """Return an IBAN with a bank code that does not exist, None where the country has none."""
    make = BBANS.get(country)
    return iban(country, make(rng)) if make else None


def _french(rng: Random) -> str:
    bank, branch, number = f"999{digits(rng, 2)}", digits(rng, 5), digits(rng, 11)
    key = 97 - (89 * int(bank) + 15 * int(branch) + 3 * int(number)) % 97
    return f"{bank}{branch}{number}{key:02}"


def _spanish(rng: Random) -> str:
    bank, number = f"99{digits(rng, 2)}{digits(rng, 4)}", digits(rng, 10)
    return f"{bank}{_es_check('00' + bank)}{_es_check(number)}{number}"


BBANS: dict[str, Callable[[Random], str]] = {
    "DE": lambda rng: f"99{digits(rng, 6)}{digits(rng, 10)}",
    "AT": lambda rng: f"999{digits(rng, 2)}{digits(rng, 11)}",
    "CH": lambda rng: f"099{digits(rng, 2)}{digits(rng, 12)}",
    "GB": lambda rng: f"ZZZZ{digits(rng, 6)}{digits(rng, 8)}",
    "FR": _french,
    "ES": _spanish,
    "PL": lambda rng: f"999{digits(rng, 4)}{digits(rng, 17)}",
}
"""National account numbers, by country."""


def _es_check(ten: str) -> str:
    rest = 11 - sum(int(digit) * 2**n for n, digit in enumerate(ten)) % 11
    return {10: "1", 11: "0"}.get(rest, str(rest))


def spaced(number: str) -> str:
    """Return an identifier in groups of four."""
    return " ".join(number[n : n + 4] for n in range(0, len(number), 4))


def vat_id(rng: Random, country: str) -> str | None:
    """Return a VAT id, None where the country has none."""
    make = VAT_IDS.get(country)
    return make(rng) if make else None


def _german_vat(rng: Random) -> str:
    number = f"9{digits(rng, 7)}"
    return f"DE{number}{mod_11_10.calc_check_digit(number)}"


def _austrian_vat(rng: Random) -> str:
    number = f"9{digits(rng, 6)}"
    return f"ATU{number}{uid.calc_check_digit('U' + number)}"


def _british_vat(rng: Random) -> str:
    while not gb_vat.is_valid(number := f"98{digits(rng, 7)}"):
        pass
    return f"GB{number}"


def _french_vat(rng: Random) -> str:
    number = siren(rng)
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02}{number}"


def _spanish_vat(rng: Random) -> str:
    number = f"B00{digits(rng, 5)}"
    return f"ES{number}{cif.calc_check_digits(number)[0]}"


def _polish_vat(rng: Random) -> str:
    while _pl(number := f"999{digits(rng, 6)}") == 10:
        pass
    return f"PL{number}{_pl(number)}"


def _pl(number: str) -> int:
    return sum(w * int(d) for w, d in zip((6, 5, 7, 2, 3, 4, 5, 6, 7), number, strict=True)) % 11


def swiss(rng: Random) -> str:
    """Return the nine digits of a Swiss enterprise number."""
    while True:
        number = f"9{digits(rng, 7)}"
        check = ch_uid.calc_check_digit(number)
        if check in "0123456789" and len(check) == 1:
            return number + check


def siren(rng: Random) -> str:
    """Return a French enterprise number."""
    number = f"00{digits(rng, 6)}"
    return number + luhn.calc_check_digit(number)


def legal_entity(rng: Random) -> str:
    """Return a legal entity identifier of an issuer that does not exist."""
    stem = "9999" + "00" + "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(12))
    return stem + str(mod_97_10.calc_check_digits(stem))


VAT_IDS: dict[str, Callable[[Random], str]] = {
    "DE": _german_vat,
    "AT": _austrian_vat,
    "CH": lambda rng: f"CHE{swiss(rng)}MWST",
    "GB": _british_vat,
    "FR": _french_vat,
    "ES": _spanish_vat,
    "PL": _polish_vat,
}
