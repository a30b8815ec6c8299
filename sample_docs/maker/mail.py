"""Mails with documents attached."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import PurePath

from maker.truth import Made, sign

TYPES = {
    ".pdf": ("application", "pdf"),
    ".jpg": ("image", "jpeg"),
    ".png": ("image", "png"),
    ".tif": ("image", "tiff"),
}


def mail(name: str, letter: dict[str, str], attached: Sequence[Made]) -> Made:
    """Return a mail file; its truth lists what is true of each attachment."""
    message, moment = EmailMessage(), datetime.fromisoformat(letter["moment"])
    message["From"], message["To"], message["Subject"] = letter["from"], letter["to"], letter["subject"]
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<{moment:%Y%m%d%H%M%S}@countersign.example>"
    message.set_content(letter["body"])
    for made in attached:
        main, sub = TYPES[PurePath(made.name).suffix]
        message.add_attachment(made.data, maintype=main, subtype=sub, filename=PurePath(made.name).name)
    if attached:
        message.set_boundary(f"=_part_{moment:%Y%m%d%H%M%S}")
    reasons = [reason for made in attached for reason in made.truth["expect_reasons"]]
    truth = {
        "class": None,
        "language": attached[0].truth["language"] if attached else None,
        "layout": "mail",
        "source": "made by sample_docs/make.py",
        "licence": "CC0-1.0",
        "pages": 0,
        "defect": None,
        "expect": "refuse" if not attached else "escalate" if reasons else "straight_through",
        "expect_reasons": reasons if attached else ["mail_without_document"],
        "fields": [],
        "line_items": [],
        "attachments": [made.truth for made in attached],
    }
    return sign(name, message.as_bytes(), truth)
