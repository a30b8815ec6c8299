"""A mail is taken apart: attachments are documents, everything else is set aside with a reason."""

from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.shelf import PDF, PNG, Shelf, put

from countersign.domain.event import DocumentReceived, DocumentRefused, MailTakenApart
from countersign.intake.mail import take_apart
from countersign.intake.report import Outcome
from countersign.intake.take import case_id
from countersign.settings.limits import Limits

MOST = 1_000_000


def mail(subject: str = "Rechnung für Mai", text: str = "Please find attached.") -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Müller <mueller@example.com>"
    message["To"] = "desk@example.com"
    message["Subject"] = subject
    message.set_content(text)
    return message


def attach(message: EmailMessage, name: str, content: bytes, kind: str = "application/pdf") -> None:
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)


def with_logo() -> EmailMessage:
    message = mail()
    message.add_alternative('<p>Hello <img src="cid:logo@x"></p>', subtype="html")
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(PNG, "image", "png", cid="<logo@x>", filename="logo.png")
    return message


def reasons(content: bytes) -> dict[str, str]:
    return {part.name: part.reason for part in take_apart(content, MOST).parts}


def test_attachments_are_documents_and_the_text_is_not() -> None:
    message = mail()
    attach(message, "rechnung.pdf", PDF)
    attach(message, "foto.jpg", b"\xff\xd8\xff photo", "image/jpeg")
    attach(message, "visitenkarte.vcf", b"BEGIN:VCARD", "text/vcard")
    apart = take_apart(message.as_bytes(), MOST)
    assert (apart.subject, apart.sender) == ("Rechnung für Mai", "Müller <mueller@example.com>")
    assert [(part.name, part.content, part.reason) for part in apart.parts] == [
        ("text of the mail", b"", "it is the mail itself"),
        ("rechnung.pdf", PDF, ""),
        ("foto.jpg", b"\xff\xd8\xff photo", ""),
        ("visitenkarte.vcf", b"", "not a document"),
    ]


def test_a_logo_in_the_text_is_set_aside_and_a_photo_beside_it_is_not() -> None:
    message = with_logo()
    attach(message, "receipt.png", PNG, "image/png")
    found = reasons(message.as_bytes())
    assert found["logo.png"] == "a picture in the text of the mail, such as a logo"
    assert found["receipt.png"] == ""


@pytest.mark.parametrize("kind", ["message/rfc822", "application/octet-stream"])
def test_a_mail_inside_a_mail_is_taken_apart_too(kind: str) -> None:
    inner = mail("Forwarded invoice")
    attach(inner, "inner.pdf", PDF)
    outer = mail("Fwd")
    if kind == "message/rfc822":
        outer.add_attachment(inner)
        name = "Forwarded invoice"
    else:
        attach(outer, name := "forwarded.eml", inner.as_bytes(), kind)
    assert reasons(outer.as_bytes())[f"{name}/inner.pdf"] == ""


def test_mails_inside_mails_end_at_the_fifth() -> None:
    message = mail("innermost")
    attach(message, "deep.pdf", PDF)
    for depth in range(7):
        outer = mail(f"level {depth}")
        outer.add_attachment(message)
        message = outer
    found = reasons(message.as_bytes())
    assert "a mail within 5 mails is not opened" in found.values()
    assert not any("deep.pdf" in name for name in found)


def test_what_unpacks_to_too_much_is_set_aside() -> None:
    message = mail()
    attach(message, "small.pdf", PDF)
    attach(message, "large.pdf", PDF * 100)
    found = {part.name: part.reason for part in take_apart(message.as_bytes(), 200).parts}
    assert found["small.pdf"] == ""
    assert found["large.pdf"] == "the mail holds more than the desk unpacks"


def test_a_thousand_parts_are_enough() -> None:
    lines = [b"From: a@b.c", b"Content-Type: multipart/mixed; boundary=x", b""]
    lines += [b"--x\r\nContent-Type: text/plain\r\n\r\nhello"] * 1500
    apart = take_apart(b"\r\n".join(lines), MOST)
    assert len(apart.parts) == 1001
    assert apart.parts[-1].reason == "the desk unpacks 1000 parts of a mail"


def test_a_mail_nested_beyond_understanding_is_set_aside_whole() -> None:
    deep = b"From: a@b.c\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000)
    )
    assert [part.reason for part in take_apart(deep, MOST).parts] == ["the mail is malformed"]


@given(st.binary(max_size=400))
def test_no_mail_makes_the_desk_fail(content: bytes) -> None:
    head = b"From: a@example.com\r\nContent-Type: multipart/mixed; boundary=x\r\n"
    assert take_apart(head + content, MOST).parts is not None


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_makes_the_desk_fail(name: str, value: str) -> None:
    content = f"Subject: {value}\nFrom: {name}\nContent-Disposition: {value}\nContent-Type: {name}\n\nx"
    apart = take_apart(content.encode("utf-8", "surrogatepass"), MOST)
    assert "\n" not in apart.subject + apart.sender


def test_each_attachment_opens_a_case_that_names_its_mail(tmp_path: Path) -> None:
    shelf = Shelf()
    message = mail()
    attach(message, "a.pdf", PDF)
    attach(message, "b.png", PNG, "image/png")
    file = put(tmp_path, "mail.eml", message.as_bytes())
    report = shelf.intake.take([file], "watched_folder")
    assert [item.outcome for item in report.items] == [Outcome.SET_ASIDE, Outcome.TAKEN, Outcome.TAKEN]
    assert report.items[1].path == f"{file}/a.pdf"
    received = [shelf.ledger.entries(case)[0].event for case in report.cases]
    (sha256,) = set(shelf.library.kept) - {item.sha256 for item in report.items}
    assert all(isinstance(event, DocumentReceived) and event.within == sha256 for event in received)
    (entry,) = shelf.ledger.entries(case_id(sha256))
    assert entry.event == MailTakenApart(
        sha256=sha256,
        subject="Rechnung für Mai",
        sender="Müller <mueller@example.com>",
        taken=tuple(item.sha256 or "" for item in report.items[1:]),
        set_aside=("text of the mail: it is the mail itself",),
    )


def test_the_same_mail_again_notes_its_attachments_again_and_nothing_else(tmp_path: Path) -> None:
    shelf = Shelf()
    message = mail()
    attach(message, "a.pdf", PDF)
    file = put(tmp_path, "mail.eml", message.as_bytes())
    shelf.intake.take([file], "drop")
    shelf.intake.take([file], "drop")
    assert shelf.count() == {
        "document_received": 1,
        "document_received_again": 1,
        "mail_taken_apart": 1,
    }


@pytest.mark.parametrize("message", [mail(), with_logo()], ids=["only text", "only a logo"])
def test_a_mail_without_a_document_is_itself_a_case_that_says_so(
    tmp_path: Path, message: EmailMessage
) -> None:
    shelf = Shelf()
    report = shelf.intake.take([put(tmp_path, "mail.eml", message.as_bytes())], "drop")
    (case,) = report.cases
    assert shelf.kinds(case) == ["document_received", "mail_taken_apart", "document_refused"]
    refused = shelf.ledger.entries(case)[2].event
    assert isinstance(refused, DocumentRefused)
    assert refused.reason.code == "mail_without_document"
    assert report.items[-1].outcome is Outcome.TAKEN


def test_a_mail_larger_than_a_document_may_be_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(Limits(max_bytes=100))
    report = shelf.intake.take([put(tmp_path, "mail.eml", mail().as_bytes())], "drop")
    assert shelf.kinds(report.cases[0]) == ["document_received", "document_refused"]
