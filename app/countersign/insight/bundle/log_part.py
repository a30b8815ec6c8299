"""The part of the log that goes out: records, checkpoints, anchors, and the proofs that nothing is hidden."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from countersign.audit.keys import to_text
from countersign.audit.merkle import leaf_hash
from countersign.domain.errors import Trouble
from countersign.insight.bundle.bag import Bag, Spool, compact, pretty
from countersign.insight.bundle.openings import Content
from countersign.store.snapshot import Disclosed, Snapshot, Stamp

_AT_ONCE = 4096
TOLD_EVERY = 500
"""Records after which a progress is told."""
_DIVIDER = b"=====\n"


class Span(NamedTuple):
    """Which part of the log a bundle speaks of."""

    log: str
    size: int
    """Of the log at the newest checkpoint: nothing after it goes out."""
    first: int
    """The first record of the chosen cases."""
    until: int
    """Size at the first checkpoint over the last of them."""
    last: int
    """The last record of the chosen cases."""

    @property
    def place(self) -> str:
        """The folder of the log in the bundle."""
        return f"log/{self.log}"


def span_of(snapshot: Snapshot, size: int) -> Span:
    """Find the span of the chosen cases; raises Trouble when no checkpoint covers them."""
    first, last = snapshot.span()
    return Span(snapshot.log, size, first, snapshot.checkpoint_from(last + 1), last)


class Written(NamedTuple):
    """What was written of the log."""

    records: int
    records_sha256: str
    in_range: int
    """Disclosed records among those that completeness.json counts."""
    content: Content


def write_records(
    bag: Bag, snapshot: Snapshot, span: Span, *, withholds: bool, progress: Callable[[int], None]
) -> Written:
    """Write the records with their openings and inclusion proofs; raises Trouble for one that was changed."""
    count = in_range = 0
    proofs, content = bag.spool(), Content(bag.spool(), withholds=withholds)
    lasts = snapshot.last_records()
    last = next(lasts, None)
    with bag.payload(f"{span.place}/records.jsonl") as records:
        for row in snapshot.disclosed(is_sealed=withholds):
            if leaf_hash(row.bytes) != snapshot.proofs.leaf(row.seq):
                raise Trouble(f"Record {row.seq} was changed after it was written. Run `countersign verify`.")
            records.write(row.bytes + b"\n")
            content.take(row)
            is_inside = span.first <= row.seq < span.until
            if row.seq == last or not is_inside:
                proofs.write(_inclusion(snapshot, row, span))
            if row.seq == last:
                last = next(lasts, None)
            count += 1
            in_range += is_inside
            if count % TOLD_EVERY == 0:
                progress(count)
    bag.take("proof/inclusion.jsonl", proofs)
    content.into(bag)
    return Written(count, records.sha256, in_range, content)


def _inclusion(snapshot: Snapshot, row: Disclosed, span: Span) -> bytes:
    hashes = [to_text(step) for step in snapshot.proofs.inclusion(row.seq, span.size)]
    return compact({"seq": row.seq, "size": span.size, "hashes": hashes})


def write_checkpoints(bag: Bag, snapshot: Snapshot, span: Span) -> int:
    """Write the newest checkpoint, those of the range, and what others said; return how many time stamps."""
    bag.add(f"{span.place}/checkpoint", snapshot.checkpoint(span.size))
    known = {span.size}
    with bag.payload(f"{span.place}/checkpoints.txt") as file:
        for size, note in snapshot.checkpoints(span.first, span.until):
            file.write(note + _DIVIDER)
            known.add(size)
    return _write_anchors(bag, snapshot, span, known)


def _write_anchors(bag: Bag, snapshot: Snapshot, span: Span, known: set[int]) -> int:
    """Write time stamps, and the head that a witness saw last; return how many time stamps.

    Those of heads that stand in the bundle already go to data/anchor. Of later ones, the first and the newest
    of each authority go beside the log, with their head and the proof that the newest one goes on from it.
    """
    later: dict[str, tuple[Stamp, ...]] = {}
    sizes: set[int] = set()
    count = 0
    for stamp in snapshot.stamps(span.first, span.size):
        name = _file_name(stamp.authority)
        if stamp.size in known:
            bag.add(f"anchor/{stamp.size}-{name}.tsr", stamp.token)
            count += 1
        else:
            later[name] = (*later.get(name, ())[:1], stamp)
    for name, found in sorted(later.items()):
        for stamp in found:
            bag.add(f"{span.place}/later/{stamp.size}-{name}.tsr", stamp.token)
            sizes.add(stamp.size)
            count += 1
    sizes.add(snapshot.witnessed(span.size))
    for size in sorted(size for size in sizes if size > span.last and size not in known):
        place = f"{span.place}/later/{size}"
        bag.add(f"{place}.checkpoint", snapshot.checkpoint(size))
        steps = [step.hex() for step in snapshot.proofs.consistency(size, span.size)]
        bag.add(f"{place}.json", pretty({"size": size, "until": span.size, "consistency": steps}))
    return count


def _file_name(authority: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", authority).lstrip(".-_")[:64] or "authority"


def write_completeness(bag: Bag, snapshot: Snapshot, span: Span, withheld: dict[str, int]) -> None:
    """Write how many records there are, so that a hidden one would be missed."""
    leaves = f"{span.place}/leaves.txt"
    with bag.payload(leaves) as file:
        for start in range(span.first, span.until, _AT_ONCE):
            found = snapshot.proofs.leaves(start, min(start + _AT_ONCE, span.until))
            file.write(b"".join(leaf.hex().encode() + b"\n" for leaf in found))
    told = {
        "log": span.log,
        "size": span.size,
        "range": {
            "first": span.first,
            "until": span.until,
            "peaks": [peak.hex() for peak in snapshot.proofs.peaks(span.first)],
            "leaves": f"data/{leaves}",
            "consistency": [step.hex() for step in snapshot.proofs.consistency(span.until, span.size)],
        },
        "withheld": withheld,
    }
    spool: Spool = bag.spool()
    for line in _with_cases(pretty(told).decode(), snapshot.counts()):
        spool.write(line.encode())
    bag.take("completeness.json", spool)


def _with_cases(told: str, counts: Iterator[tuple[str, int]]) -> Iterator[str]:
    """Put the number of records of each case in front, a case at a time, as `pretty` would."""
    yield '{\n "cases": {'
    gap = "\n"
    for case, count in counts:
        yield f"{gap}  {compact(case).decode().rstrip()}: {count}"
        gap = ",\n"
    yield "\n },\n" + told.removeprefix("{\n")
