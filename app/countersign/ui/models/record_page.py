"""The screen of the record as headed rows of plain words."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QLocale

from countersign.domain.standing import Check, Custody, Signer, Standing
from countersign.ui.look import record_words as said
from countersign.ui.models import show
from countersign.ui.models.standing import State, tell

SHOWN_CHECKS = 5
SHOWN_OTHERS = 4
FINGER = 4
"""Signs of a fingerprint that stand together."""


@dataclass(frozen=True)
class Headline:
    """What a layman takes away, and what to do."""

    state: State
    title: str
    text: str


@dataclass(frozen=True)
class Section:
    """A card: a title, one sentence on what it means, and its rows."""

    title: str
    about: str
    rows: tuple[tuple[str, str], ...]


def headline(standing: Standing, moment: datetime, locale: QLocale) -> Headline:
    """Say whether the record can be relied on."""
    told, last = tell(standing, moment, locale), standing.last
    if standing.alarm is not None:
        return Headline(State.DAMAGED, said.RECORD_ALARM, standing.alarm)
    if last is None:
        return Headline(State.OPEN, said.RECORD_NOT_CHECKED, said.NOT_CHECKED_HINT)
    if not last.ok:
        return Headline(State.DAMAGED, said.RECORD_DAMAGED, damage(last, locale))
    return Headline(told.state, told.why, _whole(standing, last, locale))


def damage(check: Check, locale: QLocale) -> str:
    """Name the first thing that is wrong, and say what to do."""
    flaw = check.flaw or ""
    good = said.good_records(_count(check.records, locale), names_one=flaw.startswith("Record "))
    return " ".join(part for part in (flaw, good, said.DAMAGE_HINT) if part)


def _whole(standing: Standing, last: Check, locale: QLocale) -> str:
    whole = said.all_good(_count(last.records, locale), show.moment(last.at, locale))
    later = standing.records - last.records
    return f"{whole} {said.came_since(_count(later, locale), later)}" if later > 0 else whole


def sections(custody: Custody, standing: Standing, locale: QLocale) -> tuple[Section, ...]:
    """Return the cards, in the order in which they are read."""
    return (
        _recorded(custody, locale),
        _seen(custody, standing, locale),
        _signs(custody, locale),
        _checks(custody, locale),
    )


def _recorded(custody: Custody, locale: QLocale) -> Section:
    size = said.records_of_cases(_count(custody.records, locale), _count(custody.cases, locale))
    rows = [
        (said.ROW_RECORDS, size),
        (said.ROW_SINCE, show.moment(custody.founded_at, locale)),
        (said.ROW_LOG, custody.log),
    ]
    if custody.policies:
        active = custody.policies[0]
        rows.append((said.ROW_POLICY, said.policy_since(active.name, show.moment(active.at, locale))))
    rows.append((said.ROW_EXPORTS, _count(custody.exports, locale) if custody.exports else said.NONE_YET))
    return Section(said.CARD_RECORDED, said.CARD_RECORDED_ABOUT, tuple(rows))


def _seen(custody: Custody, standing: Standing, locale: QLocale) -> Section:
    window = said.unseen_row(_count(standing.unseen, locale), standing.unseen)
    if standing.unseen and standing.unseen_since is not None:
        window = f"{window}, {said.oldest_of(show.moment(standing.unseen_since, locale))}"
    rows = [(said.ROW_UNSEEN, window)]
    for witness in custody.witnesses:
        seen = _count(witness.records, locale)
        how = said.NEVER_SEEN if witness.at is None else said.saw(seen, show.moment(witness.at, locale))
        rows.append((said.ROW_WITNESS, f"{witness.name}: {how}"))
    if not custody.witnesses:
        rows.append((said.ROW_WITNESS, said.NO_WITNESS_HINT))
    for stamp in custody.stamps[:SHOWN_OTHERS]:
        how = said.saw(_count(stamp.records, locale), show.moment(stamp.at, locale))
        rows.append((said.ROW_STAMP, f"{stamp.authority}: {how}"))
    if not custody.stamps:
        rows.append((said.ROW_STAMP, said.NONE_YET))
    return Section(said.CARD_SEEN, said.CARD_SEEN_ABOUT, tuple(rows))


def _signs(custody: Custody, locale: QLocale) -> Section:
    rows = [
        (said.ROW_DESK_KEY, fingerprint(custody.fingerprint)),
        (said.ROW_KEPT, said.kept(custody.kept)),
    ]
    if custody.epoch and custody.epoch_since is not None:
        since = show.moment(custody.epoch_since, locale)
        rows.append((said.ROW_EPOCH, said.epoch(custody.epoch, since)))
    rows += [(said.ROW_PERSON, _person(person)) for person in custody.people]
    agents = [f"{agent.id}{_revoked(agent)}" for agent in custody.agents]
    rows.append((said.ROW_AGENTS, ", ".join(agents) or said.NONE_YET))
    return Section(said.CARD_SIGNS, said.CARD_SIGNS_ABOUT, tuple(rows))


def _person(person: Signer) -> str:
    return f"{person.name}{_revoked(person)} – {person.does}; {said.kept(person.kept)}"


def _revoked(signer: Signer) -> str:
    return f" ({said.REVOKED})" if signer.is_revoked else ""


def _checks(custody: Custody, locale: QLocale) -> Section:
    rows = tuple(
        (show.moment(check.at, locale), _result(check, locale)) for check in custody.checks[:SHOWN_CHECKS]
    )
    return Section(said.CARD_CHECKS, said.CARD_CHECKS_ABOUT, rows or (("", said.NONE_YET),))


def _result(check: Check, locale: QLocale) -> str:
    if not check.ok:
        return check.flaw or said.RECORD_DAMAGED
    return said.check_held(_count(check.records, locale), is_full=check.is_full)


def fingerprint(key: str) -> str:
    """Write a fingerprint in groups, so that two people can compare it aloud."""
    return " ".join(key[at : at + FINGER] for at in range(0, len(key), FINGER))


def _count(number: int, locale: QLocale) -> str:
    return show.number(str(number), locale)
