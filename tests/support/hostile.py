"""Documents that mean harm, made on the spot: bombs, loops, depths, hugeness, actions, lies."""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from email.message import EmailMessage

Object = bytes
MEGABYTE = 1 << 20


def pdf(objects: Sequence[Object], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, numbered from 1."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root %d 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        trailer,
        start,
    )
    return bytes(out)


def stream(content: bytes, entries: bytes = b"") -> Object:
    """Return a stream object."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


def one_page(
    content: Object = b"null",
    *more: Object,
    page: bytes = b"",
    catalogue: bytes = b"",
    box: bytes = b"0 0 595 842",
) -> bytes:
    """Return a PDF of one page; `more` are its objects from number 5 on."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R%b>>" % catalogue,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R%b>>" % (box, page),
            content,
            *more,
        ]
    )


def squeezed(content: bytes, times: int = 1) -> Object:
    """Return a stream that unpacks to something far larger."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter[%b]" % (b"/FlateDecode" * times))


def _laughing_forms() -> bytes:
    """Ten forms, each of which draws the next one ten times: 10¹⁰ drawings."""
    forms = [
        stream(
            b"/F Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F %d 0 R>>>>" % (number + 1),
        )
        for number in range(5, 15)
    ]
    last = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return one_page(stream(b"/F Do"), *forms, last, page=b"/Resources<</XObject<</F 5 0 R>>>>")


def _picture(wide: int, high: int) -> bytes:
    picture = squeezed(bytes(MEGABYTE))
    entries = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB"
    return one_page(
        stream(b"595 0 0 842 0 0 cm /I Do"),
        picture.replace(b"<<", entries % (wide, high), 1),
        page=b"/Resources<</XObject<</I 5 0 R>>>>",
    )


def _action(action: bytes) -> bytes:
    return one_page(stream(b"BT /H 12 Tf 50 700 Td (Pay now) Tj ET"), catalogue=b"/OpenAction<<%b>>" % action)


def _many_fields(count: int) -> bytes:
    fields = [
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/V(x)/Rect[0 0 9 9]/P 3 0 R>>" % n for n in range(count)
    ]
    names = b" ".join(b"%d 0 R" % n for n in range(5, 5 + count))
    return one_page(
        b"null", *fields, page=b"/Annots[%b]" % names, catalogue=b"/AcroForm<</Fields[%b]>>" % names
    )


def _looping_fields() -> bytes:
    return one_page(
        b"null",
        b"<</T(a)/FT/Tx/Kids[6 0 R]/Parent 6 0 R>>",
        b"<</T(b)/Kids[5 0 R]/Parent 5 0 R/Subtype/Widget/Rect[0 0 9 9]>>",
        page=b"/Annots[6 0 R]",
        catalogue=b"/AcroForm<</Fields[5 0 R]>>",
    )


def _attached(name: bytes, content: bytes) -> bytes:
    return one_page(
        stream(b""),
        b"<</Type/Filespec/F(%b)/UF(%b)/EF<</F 6 0 R>>/AFRelationship/Data>>" % (name, name),
        squeezed(content).replace(b"<<", b"<</Type/EmbeddedFile/Subtype/text#2Fxml", 1),
        catalogue=b"/AF[5 0 R]/Names<</EmbeddedFiles<</Names[(%b) 5 0 R]>>>>" % name,
    )


def _looping_xref() -> bytes:
    whole = one_page(stream(b""))
    start = whole.index(b"xref\n0")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def _png(wide: int, high: int, *, bits: int = 1, rows: bytes | None = None, more: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", wide, high, bits, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(16 * MEGABYTE), 9) if rows is None else rows
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + more + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _tiff(folders: int, *, wide: int = 8, high: int = 8, loops: bool = False) -> bytes:
    """Return a TIFF of many pages, which may end where it began."""
    out = bytearray(b"II*\x00" + struct.pack("<I", 8 + 8) + bytes(8))
    tags = (
        (256, 4, wide),
        (257, 4, high),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, high),
        (279, 4, 8),
    )
    for number in range(folders):
        out += struct.pack("<H", len(tags))
        out += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
        is_last = number == folders - 1
        out += struct.pack("<I", (16 if loops else 0) if is_last else len(out) + 4)
    return bytes(out)


def _laughs(levels: int, root: bytes) -> bytes:
    """Return XML of entities, each ten times the one before."""
    lines = [b'<!ENTITY l0 "ha">']
    lines += [b'<!ENTITY l%d "%b">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, levels)]
    return b'<?xml version="1.0"?><!DOCTYPE x [%b]>%b' % (b"".join(lines), root % (levels - 1))


INVOICE = (
    b'<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100">'
    b"%b</rsm:CrossIndustryInvoice>"
)


def _deep_mail(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth)
    )
    return b"From: a@example.org\r\nSubject: deep\r\nMIME-Version: 1.0\r\n" + head + b"\r\nend\r\n"


def _wide_mail(parts: int) -> bytes:
    part = b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF-1.7\r\n"
    return (
        b'From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + part * parts
        + b"--b--\r\n"
    )


def _mail_with(name: str, content: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "harm"
    mail.set_content("see attachment")
    mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def _zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", content)
    return out.getvalue()


FILES: Mapping[str, Callable[[], bytes]] = {
    "pages-that-hold-themselves.pdf": lambda: pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>"]
    ),
    "xref-that-leads-to-itself.pdf": _looping_xref,
    "two-thousand-million-pages.pdf": lambda: pdf(
        [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 2147483647>>"]
    ),
    "arrays-in-arrays.pdf": lambda: one_page(b"[" * 200_000),
    "dictionaries-in-dictionaries.pdf": lambda: one_page(b"<</A " * 100_000),
    "saves-of-the-state.pdf": lambda: one_page(squeezed(b"q " * 3_000_000)),
    "form-that-draws-itself.pdf": lambda: one_page(
        stream(b"/F Do"),
        stream(b"/F Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>"),
        page=b"/Resources<</XObject<</F 5 0 R>>>>",
    ),
    "forms-that-laugh.pdf": _laughing_forms,
    "spaces-without-end.pdf": lambda: one_page(squeezed(b" " * (300 * MEGABYTE))),
    "spaces-packed-twice.pdf": lambda: one_page(squeezed(b" " * (300 * MEGABYTE), 2)),
    "words-without-end.pdf": lambda: one_page(
        squeezed(b"BT /F 9 Tf 1 0 0 1 9 9 Tm (harm) Tj ET " * 400_000),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        page=b"/Resources<</Font<</F 5 0 R>>>>",
    ),
    "lines-without-end.pdf": lambda: one_page(squeezed(b"0 0 m 595 842 l S " * 1_000_000)),
    "picture-of-the-world.pdf": lambda: _picture(60_000, 60_000),
    "page-as-large-as-a-country.pdf": lambda: one_page(stream(b""), box=b"0 0 1e9 1e9"),
    "page-beyond-numbers.pdf": lambda: one_page(stream(b""), box=b"0 0 1e38 1e38"),
    "page-without-size.pdf": lambda: one_page(stream(b""), box=b"0 0 0 0"),
    "page-at-the-limit.pdf": lambda: one_page(stream(b""), box=b"0 0 99999 99999"),
    "length-that-is-itself.pdf": lambda: one_page(b"<</Length 4 0 R>>stream\nq\nendstream"),
    "fields-without-end.pdf": lambda: _many_fields(20_000),
    "fields-that-hold-each-other.pdf": _looping_fields,
    "script.pdf": lambda: _action(b"/S/JavaScript/JS(while \\(true\\) app.alert\\('x'\\))"),
    "launch.pdf": lambda: _action(b"/S/Launch/F(/bin/sh)/Win<</F(cmd.exe)/P(/c calc)>>"),
    "address.pdf": lambda: _action(b"/S/URI/URI(http://127.0.0.1:9/)"),
    "submit.pdf": lambda: _action(b"/S/SubmitForm/F(http://127.0.0.1:9/)"),
    "laughing-attachment.pdf": lambda: _attached(b"factur-x.xml", _laughs(10, INVOICE % b"&l%d;")),
    "attachment-that-unpacks.pdf": lambda: _attached(b"factur-x.xml", INVOICE % (b"<a/>" * (40 * MEGABYTE))),
    "attachment-outside.pdf": lambda: _attached(b"../../../../etc/cron.d/harm", b"* * * * * root true"),
    "cut-off.pdf": lambda: one_page(stream(b"BT (x) Tj ET" * 1000))[:3000],
    "noise.pdf": lambda: b"%PDF-1.7\n" + zlib.compress(bytes(MEGABYTE)) * 50,
    "archive.pdf": lambda: _zipped(bytes(100 * MEGABYTE)),
    "page-and-archive.pdf": lambda: one_page(stream(b"")) + _zipped(bytes(MEGABYTE)),
    "bomb.png": lambda: _png(60_000, 60_000),
    "bomb-within-bounds.png": lambda: _png(8_900, 8_900, bits=8),
    "larger-than-numbers.png": lambda: _png(0x7FFFFFFF, 0x7FFFFFFF),
    "nothing-in-it.png": lambda: _png(100, 100, rows=b""),
    "text-that-unpacks.png": lambda: _png(
        8,
        8,
        rows=zlib.compress(bytes(16)),
        more=_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200 * MEGABYTE))),
    ),
    "huge.jpg": lambda: base64.b64decode(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/wAALCP/c/9wBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//aAAgBAQAAPwB/2Q=="
    ),
    "pages-that-lead-back.tif": lambda: _tiff(3, loops=True),
    "pages-without-end.tif": lambda: _tiff(20_000),
    "huge.tif": lambda: _tiff(1, wide=100_000, high=100_000),
    "laughs.xml": lambda: _laughs(10, INVOICE % b"&l%d;"),
    "one-long-laugh.xml": lambda: (
        b'<!DOCTYPE x [<!ENTITY a "%b">]>' % (b"a" * 100_000) + INVOICE % (b"&a;" * 10_000)
    ),
    "files-of-others.xml": lambda: (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + INVOICE % b"<ID>&a;</ID>"
    ),
    "definitions-elsewhere.xml": lambda: b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + INVOICE % b"",
    "depths.xml": lambda: INVOICE % (b"<a>" * 500_000),
    "attributes.xml": lambda: INVOICE % (b"<a %b/>" % b" ".join(b'x%d=""' % n for n in range(200_000))),
    "deep.eml": lambda: _deep_mail(2_000),
    "wide.eml": lambda: _wide_mail(20_000),
    "outside.eml": lambda: _mail_with("../../../../root/.ssh/authorized_keys.pdf", one_page(stream(b""))),
    "bomb.eml": lambda: _mail_with("bomb.pdf", one_page(squeezed(b" " * (300 * MEGABYTE), 2))),
    "long-head.eml": lambda: b"Subject: " + b"x" * (5 * MEGABYTE) + b"\r\n\r\nend",
}
"""Each is made when it is asked for; together they are small."""

SLOW = frozenset(
    {
        "forms-that-laugh.pdf",
        "spaces-without-end.pdf",
        "spaces-packed-twice.pdf",
        "words-without-end.pdf",
        "lines-without-end.pdf",
        "page-at-the-limit.pdf",
        "fields-without-end.pdf",
        "attachment-that-unpacks.pdf",
        "bomb.eml",
    }
)
"""Those that take seconds to make, or are ended only when their time is over."""
