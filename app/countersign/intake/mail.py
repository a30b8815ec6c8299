"""Takes a mail apart: each attachment is a document of its own."""

import email
from collections.abc import Iterator
from email import policy
from email.message import MIMEPart
from typing import NamedTuple

from countersign.documents.sniff import HEAD, sniff
from countersign.domain.document import MediaType
from countersign.intake.kinds import is_document

_MOST_PARTS = 1000
_DEEPEST = 5  # mails in mails


class Part(NamedTuple):
    """A part of a mail: its bytes, or why it is no document."""

    name: str
    content: bytes = b""
    media_type: MediaType = MediaType.OTHER
    reason: str = ""
    """Empty for a document."""


class Mail(NamedTuple):
    """A mail taken apart."""

    subject: str
    sender: str
    parts: tuple[Part, ...]


def take_apart(content: bytes, most_bytes: int) -> Mail:
    """Return every part of a mail, in order, those of mails inside it as well.

    Parts beyond `most_bytes` of unpacked content in all, beyond a thousand, or in a mail within five mails
    are set aside with that reason; so is the whole of a mail that is malformed beyond understanding.
    """
    try:
        message = email.message_from_bytes(content, policy=policy.default)
        parts = tuple(_parts(message, 0, _Bounds(most_bytes)))
        return Mail(_header(message, "subject"), _header(message, "from"), parts)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # The standard library raises any of these on what strangers put into headers.
        return Mail("", "", (Part("mail", reason="the mail is malformed"),))


class _Bounds:
    """How much more of a mail may be unpacked."""

    def __init__(self, most_bytes: int) -> None:
        self._bytes = most_bytes
        self._parts = _MOST_PARTS

    def admit_part(self) -> bool:
        self._parts -= 1
        return self._parts >= 0

    def admit(self, content: bytes) -> bool:
        self._bytes -= len(content)
        return self._bytes >= 0


def _parts(message: MIMEPart, depth: int, bounds: _Bounds) -> Iterator[Part]:
    shown = _shown_in_text(message)
    for part in _leaves(message):
        if not bounds.admit_part():
            yield Part("further parts", reason=f"the desk unpacks {_MOST_PARTS} parts of a mail")
            return
        if part.get_content_type() == "message/rfc822":
            for inner in part.iter_parts():
                yield from _nested(inner, part.get_filename(), depth, bounds)
            continue
        found = _leaf(part, shown, bounds)
        if found.media_type is MediaType.MAIL:
            inner = email.message_from_bytes(found.content, policy=policy.default)
            yield from _nested(inner, found.name, depth, bounds)
        else:
            yield found


def _nested(mail: MIMEPart, given: str | None, depth: int, bounds: _Bounds) -> Iterator[Part]:
    name = _plain(given or "") or _header(mail, "subject") or "attached mail"
    if depth + 1 >= _DEEPEST:
        yield Part(name, reason=f"a mail within {_DEEPEST} mails is not opened")
        return
    for found in _parts(mail, depth + 1, bounds):
        yield found._replace(name=f"{name}/{found.name}")


def _leaf(part: MIMEPart, shown: str, bounds: _Bounds) -> Part:
    kind = part.get_content_type()
    given = part.get_filename()
    name = _plain(given or "") or kind
    if given is None and part.get_content_maintype() == "text" and not part.is_attachment():
        return Part("text of the mail", reason="it is the mail itself")
    content = _decoded(part)
    if not bounds.admit(content):
        return Part(name, reason="the mail holds more than the desk unpacks")
    content_id = (part.get("content-id") or "").strip(" <>")
    if part.get_content_maintype() == "image" and content_id and f"cid:{content_id}" in shown:
        return Part(name, reason="a picture in the text of the mail, such as a logo")
    media_type = sniff(content[:HEAD], name)
    if not is_document(media_type, name):
        return Part(name, reason="not a document")
    return Part(name, content, media_type)


def _leaves(message: MIMEPart) -> Iterator[MIMEPart]:
    """Walk a mail without entering the mails inside it."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart":
            waiting.extend(reversed([inner for inner in part.iter_parts() if isinstance(inner, MIMEPart)]))
        else:
            yield part


def _shown_in_text(message: MIMEPart) -> str:
    pages = [part for part in _leaves(message) if part.get_content_type() == "text/html"]
    return " ".join(_decoded(page).decode("utf-8", "replace") for page in pages)


def _decoded(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _header(message: MIMEPart, name: str) -> str:
    """Return a header as text; mails are written by strangers, so a malformed one is shown as it is."""
    return _plain(str(message.get(name, "")))


def _plain(text: str) -> str:
    """Make it fit one line of Unicode text."""
    return " ".join(text.encode("utf-8", "replace").decode().split())[:300]
