"""The one clock of the desk: UTC, to the millisecond, because that is what a record keeps."""

import time
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer


def to_milliseconds(moment: datetime) -> datetime:
    """Return the moment in UTC, cut to whole milliseconds."""
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def now() -> datetime:
    """Return the present moment, UTC, cut to milliseconds."""
    return to_milliseconds(datetime.fromtimestamp(time.time(), UTC))


def iso(moment: datetime) -> str:
    """Write a moment as records do: ``2026-11-20T08:30:00.250Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


Moment = Annotated[datetime, AfterValidator(to_milliseconds), PlainSerializer(iso)]
"""A point in time as events carry it."""
