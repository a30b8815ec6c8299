"""Builds opened documents from lines of text, as a page child would hand them over."""

from countersign.domain.document import EInvoice, MediaType, Opened, Page, TextSource, Widget, Word

SHA = "cd" * 32
LETTER = 5.0
"""Points a letter is wide."""

Line = tuple[float, float, str] | tuple[float, float, str, float]
"""x, y, text and, where it is not 10, the font size."""


def page(*lines: Line, number: int = 0, source: TextSource = TextSource.TEXT_LAYER, sure: int = 100) -> Page:
    words: list[Word] = []
    for count, (x, y, text, *rest) in enumerate(lines):
        size = rest[0] if rest else 10.0
        at = x
        for part in text.split():
            width = len(part) * LETTER * size / 10
            words.append(Word(part, at, y, at + width, y + size * 1.2, count, sure, size))
            at += width + 0.3 * size
    return Page(number=number, width=595, height=842, source=source, words=tuple(words))


def opened(
    *pages: Page, widgets: tuple[Widget, ...] = (), einvoice: EInvoice | None = None, sha256: str = SHA
) -> Opened:
    return Opened(sha256=sha256, media_type=MediaType.PDF, pages=pages, widgets=widgets, einvoice=einvoice)


def invoice(number: str = "RE-2026-0815", gross: str = "119,00", note: str = "") -> Opened:
    """A plain German invoice of one line."""
    return opened(
        page(
            (60, 40, "Blauregen Verlag GmbH", 14),
            (60, 60, "Mühlweg 13"),
            (60, 73, "80331 München"),
            (60, 86, "USt-IdNr.: DE136695976"),
            (60, 140, "Rechnung an"),
            (60, 153, "Ohnesorge Kältetechnik AG"),
            (60, 166, "Am Mühlbach 12"),
            (60, 179, "18194 Rostock"),
            (60, 230, "Rechnung", 20),
            (60, 270, "Rechnungsnummer:"),
            (200, 270, number),
            (60, 285, "Rechnungsdatum:"),
            (200, 285, "05.03.2026"),
            (60, 300, "Fällig am:"),
            (200, 300, "19.03.2026"),
            (60, 350, "Bezeichnung"),
            (260, 350, "Menge"),
            (350, 350, "Einzelpreis"),
            (480, 350, "Betrag"),
            (60, 368, "Satz Pläne A1"),
            (270, 368, "4"),
            (370, 368, "25,00"),
            (480, 368, "100,00"),
            (350, 420, "Nettobetrag"),
            (480, 420, "100,00"),
            (350, 435, "zzgl. 19 % MwSt"),
            (485, 435, "19,00"),
            (350, 455, "Gesamtbetrag"),
            (475, 455, gross + " €"),
            (60, 520, note or "Vielen Dank für Ihren Auftrag."),
            (60, 780, "IBAN: DE89 3704 0044 0532 0130 00"),
        )
    )
