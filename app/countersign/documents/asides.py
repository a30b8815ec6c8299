"""Text that a PDF carries beside what its pages show: hidden words, notes, form fields, properties, codes.

Nobody reads values from it. It is handed on so that a checker can see what a document tries to say to
software behind its reader's back.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import pymupdf

from countersign.documents import codes, guard
from countersign.documents.layer import Layer
from countersign.domain.document import Aside

MOST = 20_000
"""Characters of one such text; what is longer is cut off."""
_MOST_NOTES = 500
_PROPERTIES = ("title", "author", "subject", "keywords", "creator", "producer")
_TAGS = re.compile(r"<[^>]*>")


def of_page(page: pymupdf.Page, layer: Layer, *, has_text: bool) -> tuple[Aside, ...]:
    """Return what a page carries beside the words that an eye can see.

    The codes on a page without text are looked for when it is read from its picture.
    """
    number = page.number
    found = [
        Aside("hidden_text", _cut(lambda: layer.hidden), number),
        Aside("off_page", _cut(lambda: layer.off_page), number),
        Aside("annotation", _cut(lambda: _notes(page)), number),
        Aside("form_field", _cut(lambda: _fields(page)), number),
        Aside("code", _cut(lambda: codes.of_page(page, layer) if has_text else ()), number),
    ]
    return tuple(aside for aside in found if aside.text)


def of_file(pdf: pymupdf.Document) -> tuple[Aside, ...]:
    """Return what the file says about itself: its properties, its outline, the names of files in it."""
    found = [
        Aside("metadata", _cut(lambda: _properties(pdf))),
        Aside("attachment_name", _cut(lambda: _attachments(pdf))),
        Aside("outline", _cut(lambda: (str(entry[1]) for entry in pdf.get_toc()[:_MOST_NOTES]))),
    ]
    return tuple(aside for aside in found if aside.text)


def _cut(parts: Callable[[], Iterable[str]]) -> str:
    """Return what is found, up to a bound; a damaged remark is no reason to refuse the pages beside it."""
    try:
        text = " ".join(" ".join(parts()).split())[:MOST]
    except MemoryError:
        raise
    except Exception as error:
        if guard.is_memory(error):
            raise
        return ""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


def _properties(pdf: pymupdf.Document) -> Iterator[str]:
    for key, value in (pdf.metadata or {}).items():
        if value and key in _PROPERTIES:
            yield str(value)
    yield _TAGS.sub(" ", pdf.get_xml_metadata()[: 4 * MOST])


def _notes(page: pymupdf.Page) -> Iterator[str]:
    for n, note in enumerate(page.annots()):
        if n >= _MOST_NOTES:
            return
        yield from (str(note.info.get(part) or "") for part in ("title", "subject", "content"))


def _fields(page: pymupdf.Page) -> Iterator[str]:
    for n, field in enumerate(page.widgets()):
        if n >= _MOST_NOTES:
            return
        yield from (str(part or "") for part in (field.field_label, field.field_value))


def _attachments(pdf: pymupdf.Document) -> Iterator[str]:
    for number in range(min(pdf.embfile_count(), _MOST_NOTES)):
        about = pdf.embfile_info(number)
        names = (str(about.get(part) or "") for part in ("name", "filename", "ufilename", "description"))
        yield from dict.fromkeys(map(_as_written, names))


def _as_written(name: str) -> str:
    """Return a name as it was written where its UTF-8 was taken for Latin-1, as the library does."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
