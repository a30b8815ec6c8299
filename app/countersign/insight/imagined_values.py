"""Made-up facts for imagined pages: values of every type as a language prints them, and the words around."""

from datetime import date, timedelta
from decimal import Decimal

from countersign.agents.lexicons import distractor_labels, imagined_words
from countersign.domain.klass import ClassDef, FieldDef, FieldType, Side
from countersign.domain.values import normalise
from countersign.insight.chance import Chance

_DATES = {
    "en": ("%d %B %Y", "%B %d, %Y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%b-%Y", "%d.%m.%Y"),
    "de": ("%d.%m.%Y", "%d.%m.%Y", "%d. %B %Y", "%Y-%m-%d", "%d.%m.%y"),
}
_PER_COUNTRY = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL"}
_OTHERS = (
    FieldType.DATE, FieldType.DATE, FieldType.IDENTIFIER, FieldType.IDENTIFIER, FieldType.AMOUNT,
    FieldType.PHONE, FieldType.NAME, FieldType.TEXT,
)  # fmt: skip
_PRESENT, _PRESENT_REQUIRED = 0.55, 0.97


class Maker:
    """Makes up what one document says."""

    def __init__(self, klass: ClassDef, language: str, rng: Chance) -> None:
        self.klass, self.language, self.rng = klass, language, rng
        self.pool = imagined_words()
        self.values: dict[str, list[str]] = {}
        """Canonical values of the fields that are present."""
        self.day = date(2026, 1, 1) - timedelta(days=rng.randint(0, 4000))
        self.currency = rng.choice(("EUR", "EUR", "EUR", "USD", "GBP", "CHF"))
        self.sign = rng.choice(("none", "none", "after", "before", "code", "code before"))
        self.comma = language != "en" and rng.random() < 0.9
        self.date_form = rng.choice(_DATES.get(language, ("%d/%m/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")))
        self._labels: dict[str, str] = {}
        self._whole: Decimal | None = None
        """The largest of the document's sums; what else it bears is rarely more."""

    def facts(self) -> list[tuple[FieldDef, str]]:
        """Make up the fields that are present, in an order of chance, as they are printed."""
        fields = list(self.klass.fields)
        self.rng.shuffle(fields)
        chosen = [
            field
            for field in fields
            if self.rng.random() < (_PRESENT_REQUIRED if field.required else _PRESENT)
        ]
        amounts = self._sums({field.name for field in chosen})
        dates = self._days({field.name for field in chosen})
        found: list[tuple[FieldDef, str]] = []
        for field in chosen:
            for _ in range(self.rng.randint(1, 3) if field.many else 1):
                if field.type is FieldType.AMOUNT:
                    printed = self.money(amounts.get(field.name) or self._amount())
                elif field.type is FieldType.DATE:
                    printed = self.date(dates.get(field.name) or self._some_day())
                else:
                    printed = self.printed(field)
                if self._keep(field, printed):
                    found.append((field, printed))
        return found

    def _keep(self, field: FieldDef, printed: str) -> bool:
        day_first = "%d" in self.date_form and not self.date_form.startswith("%m/")
        try:
            value = normalise(field.type, printed, "de" if self.comma else "en", day_first)
        except ValueError:
            return False
        self.values.setdefault(field.name, []).append(value)
        return True

    def _sums(self, present: set[str]) -> dict[str, Decimal]:
        """Make amounts that add up where the class says so."""
        amounts: dict[str, Decimal] = {}
        for group in self.klass.sums:
            known = [name for name in group[:-1] if name in present]
            if len(known) < 2 and group[-1] not in present:
                continue
            first = amounts.get(group[0]) or self._amount()
            rate = self.rng.choice(
                (Decimal("0.19"), Decimal("0.2"), Decimal("0.07"), Decimal("0.21"), Decimal(0))
            )
            parts = [first, *((first * rate).quantize(Decimal("0.01")) for _ in group[1:-1])]
            for name, amount in zip(group, [*parts, sum(parts, Decimal(0))], strict=True):
                amounts.setdefault(name, amount)
            self._whole = self._whole or amounts[group[-1]]
        return amounts

    def _days(self, present: set[str]) -> dict[str, date]:
        days: dict[str, date] = {}
        for group in self.klass.in_order:
            day = self.day
            for name in group:
                if name in present:
                    days.setdefault(name, day)
                    day = max(day, days[name]) + timedelta(days=self.rng.choice((0, 7, 14, 30, 31, 60)))
        return days

    def _amount(self) -> Decimal:
        """Return an amount; once there is a whole, a part of it, or the whole again."""
        if self._whole is not None and self.rng.random() < 0.9:
            share = self.rng.choice((Decimal(1), Decimal(self.rng.randint(1, 99)) / 100))
            return (self._whole * share).quantize(Decimal("0.01"))
        top = 10 ** self.rng.choice((2, 3, 3, 4, 4, 5, 6))
        return Decimal(self.rng.randint(100, top * 100)) / 100

    def _some_day(self) -> date:
        return self.day + timedelta(days=self.rng.randint(-400, 90))

    def money(self, amount: Decimal) -> str:
        """Print an amount as this document does."""
        text = f"{amount:,.2f}"
        if self.comma:
            text = text.replace(",", "_").replace(".", ",").replace("_", self.rng.choice((".", ".", ".")))
        mark = {"EUR": "€", "USD": "$", "GBP": "£"}.get(self.currency, self.currency)
        return {
            "after": f"{text} {mark}",
            "before": f"{mark}{text}",
            "code": f"{text} {self.currency}",
            "code before": f"{self.currency} {text}",
        }.get(self.sign, text)

    def date(self, day: date) -> str:
        """Print a date as this document does."""
        months = self.pool["months"].get(self.language) or self.pool["months"]["en"]
        form = self.date_form.replace("%B", months[day.month - 1]).replace("%b", months[day.month - 1][:3])
        return day.strftime(form)

    def printed(self, field: FieldDef) -> str:
        """Print a value for a field."""
        if field.one_of:
            words = field.one_of.get(self.language) or next(iter(field.one_of.values()))
            return self.rng.choice(words).capitalize()
        return {
            FieldType.DATE: lambda: self.date(self._some_day()),
            FieldType.AMOUNT: lambda: self.money(self._amount()),
            FieldType.NUMBER: lambda: str(self.rng.randint(1, 400)),
            FieldType.IDENTIFIER: self.identifier,
            FieldType.VAT_ID: self.vat_id,
            FieldType.IBAN: self.iban,
            FieldType.BIC: self.bic,
            FieldType.EMAIL: lambda: f"{self._syllables(2)}@{self._syllables(2)}.example",
            FieldType.PHONE: self.phone,
            FieldType.COUNTRY: lambda: self.rng.choice(self.pool["countries"]["en"]),
            FieldType.CURRENCY: lambda: self.currency,
            FieldType.NAME: lambda: (
                self.company() if field.side or self.rng.random() < 0.5 else self.person()
            ),
            FieldType.ADDRESS: self.address,
            FieldType.TEXT: self.text,
            FieldType.DURATION: self.duration,
        }[field.type]()

    def in_row(self, column: FieldDef) -> str:
        """Print a value for a cell of a table; an amount there is seldom the whole."""
        if column.type is FieldType.AMOUNT and self._whole is not None:
            part = self._whole * Decimal(self.rng.randint(1, 60)) / 100
            return self.money(part.quantize(Decimal("0.01")))
        return self.printed(column)

    def label(self, field: FieldDef) -> str:
        """Return what this document calls a field."""
        if field.name not in self._labels:
            cues = field.cues.get(self.language) or field.cues.get("en") or ()
            own = [cue for cue in cues if len(cue) > 2] or [field.title(self.language)]
            self._labels[field.name] = self.rng.choice([*own[:14], field.title(self.language)])
        return self._labels[field.name]

    def distractor(self) -> tuple[str, str]:
        """Return a label of something that no class asks for, with a value of a type that fields have."""
        return self.other_label(), self.printed(_SAMPLE[self.rng.choice(_OTHERS)])

    def other_label(self) -> str:
        """Return a label that names no field."""
        labels = distractor_labels()
        return self.rng.choice(labels.get(self.language) or labels["en"])

    def other_party(self) -> str:
        """Return what neither issuer nor addressee are called."""
        return self.rng.choice(self.pool["other parties"].get(self.language) or ["Ship to"])

    def other_amount(self) -> tuple[str, str]:
        """Return an amount that is none of the class's."""
        words = self.pool["amounts"].get(self.language) or self.pool["amounts"]["en"]
        return self.rng.choice(words), self.money(self._amount())

    def _syllables(self, count: int) -> str:
        return "".join(self.rng.choice(self.pool["syllables"]["all"]) for _ in range(count))

    def word(self) -> str:
        """Return a word of no language."""
        return self._syllables(self.rng.randint(1, 3))

    def company(self) -> str:
        """Return the name of a company, with its form or without."""
        name = " ".join(self._syllables(2).capitalize() for _ in range(self.rng.randint(1, 2)))
        if self.rng.random() < 0.5:
            name += " " + self.rng.choice(self.pool["business"]["all"])
        if self.rng.random() < 0.7:
            forms = self.pool["forms"].get(self.language) or self.pool["forms"]["en"]
            name += " " + self.rng.choice(forms)
        return name.upper() if self.rng.random() < 0.12 else name

    def person(self) -> str:
        """Return the name of a person."""
        return f"{self.rng.choice(self.pool['people']['all'])} {self._syllables(2).capitalize()}"

    def address(self) -> str:
        """Return street and town, one line each."""
        street = self._syllables(2).capitalize()
        number, town = self.rng.randint(1, 199), self._syllables(2).capitalize()
        code = f"{self.rng.randint(10000, 99999)}"
        if self.language == "en":
            kind = self.rng.choice(("Street", "Road", "Avenue", "Lane"))
            last = self.rng.choice((f"{town}, CA {code}", f"{town} SW1A {number % 9 + 1}AA"))
            return f"{number} {street} {kind}\n{last}"
        streets = self.pool["streets"][self.language]
        return f"{self.rng.choice(streets).format(street, number)}\n{code} {town}"

    def identifier(self) -> str:
        """Return a number as documents number things."""
        rng = self.rng
        digits = "".join(str(rng.randint(0, 9)) for _ in range(rng.randint(4, 9)))
        day = self.day.year
        return rng.choice((digits, digits, f"{rng.choice('ABCFGIKLMNPR')}{rng.choice('ENRXT')}-{digits}",
                           f"{day}-{digits[:5]}", f"{rng.choice('ABCDEFKLR')}{digits}",
                           f"{day}/{digits[:4]}", f"{digits[:2]}/{digits[2:]}/{digits[:3]}"))  # fmt: skip

    def vat_id(self) -> str:
        """Return a VAT id of the country; its check digits seldom hold."""
        digits = "".join(str(self.rng.randint(0, 9)) for _ in range(11))
        return {"DE": f"DE{digits[:9]}", "GB": f"GB{digits[:9]}", "FR": f"FR{digits}",
                "ES": f"ESB{digits[:8]}", "IT": f"IT{digits}", "NL": f"NL{digits[:9]}B01",
                }[_PER_COUNTRY[self.language]]  # fmt: skip

    def iban(self) -> str:
        """Return an account whose check digits hold."""
        bank = "".join(str(self.rng.randint(0, 9)) for _ in range(18))
        check = 98 - int(f"{bank}131400") % 97
        whole = f"DE{check:02}{bank}"
        if self.rng.random() < 0.3:
            return whole
        return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))

    def bic(self) -> str:
        """Return the code of a bank."""
        letters = "".join(self.rng.choice("ABCDEFGHKLMNPRSTU") for _ in range(4))
        return f"{letters}DE{self.rng.choice(('FF', 'HH', 'M1'))}{self.rng.choice(('', 'XXX'))}"

    def phone(self) -> str:
        """Return a number to ring."""
        digits = "".join(str(self.rng.randint(0, 9)) for _ in range(8))
        return self.rng.choice((f"+49 {digits[:3]} {digits[3:]}", f"0{digits[:3]} {digits[3:]}",
                                f"({digits[:3]}) {digits[3:6]}-{digits[:4]}"))  # fmt: skip

    def duration(self) -> str:
        """Return a span of time."""
        words = self.pool["spans"].get(self.language) or self.pool["spans"]["en"]
        return f"{self.rng.randint(2, 36)} {self.rng.choice(words)}"

    def text(self) -> str:
        """Return a few words."""
        words = [self.word() for _ in range(self.rng.randint(1, 9))]
        return " ".join([words[0].capitalize(), *words[1:]])

    def number_word(self) -> str:
        """Return what a number of a party is called."""
        return self.rng.choice(self.pool["number words"].get(self.language) or ["No."])

    def number_sign(self) -> str:
        """Return what stands between a title and its number."""
        return self.rng.choice(self.pool["number signs"].get(self.language) or ["No."])

    def date_word(self) -> str:
        """Return what stands between a number and its date."""
        return self.rng.choice(self.pool["date words"].get(self.language) or ["dated"])

    def name_word(self) -> str:
        """Return what a party's name is called."""
        return self.rng.choice(self.pool["name words"].get(self.language) or ["Name"])

    def sentence(self, label: str, value: str) -> str:
        """Put a fact into a sentence."""
        forms = self.pool["sentences"].get(self.language) or self.pool["sentences"]["en"]
        form: str = self.rng.choice(forms)
        return form.format(label=label, value=value.replace("\n", ", "), filler=self.word())

    def filler(self) -> str:
        """Return a sentence without any fact of the class."""
        forms = self.pool["fillers"].get(self.language) or self.pool["fillers"]["en"]
        form: str = self.rng.choice(forms)
        return form.format(
            date=self.date(self._some_day()), name=self.person(), company=self.company(),
            amount=self.money(self._amount()), number=self.identifier(), filler=self.word(),
        )  # fmt: skip


_SAMPLE = {
    kind: FieldDef(
        name="other", type=kind, label={"en": "other"}, side=Side.ISSUER if kind is FieldType.NAME else None
    )
    for kind in FieldType
}
