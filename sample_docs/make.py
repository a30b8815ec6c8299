"""Makes the sample documents.

`python sample_docs/make.py` makes the set that is checked in, the same bytes each time;
`python sample_docs/make.py --count 10000 --seed 7 --out DIR` makes any number, for load tests and training.
"""

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from maker import build
from maker.truth import Made

HERE = Path(__file__).resolve().parent
CLASSES = ("invoice", "claim", "kyb", "contract", "statement")


def the_set() -> Iterator[Made]:
    """Make the set that is checked in: everything but the public documents, which are kept as they are."""
    made: dict[str, Made] = {}
    for maker in (build.born_digital, build.einvoices, build.scans, build.mails):
        for one in maker(random.Random):
            made[one.name] = one
            yield one
    yield from build.odd_ones(random.Random, made)


def public() -> Iterator[Made]:
    """Yield the public documents; raises ValueError when one is not the file that its truth is about."""
    for line in (HERE / "public" / "public.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        data = (HERE / truth["doc"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != truth["sha256"]:
            raise ValueError(f"{truth['doc']} has been changed. Bring the original back.")
        yield Made(truth["doc"], data, truth)


def many(count: int, seed: int, classes: tuple[str, ...] = CLASSES, scanned: float = 0.0) -> Iterator[Made]:
    """Make documents of the classes in turn; the same seed and number give the same document."""
    for number in range(count):
        klass = classes[number % len(classes)]
        rng = random.Random(f"{seed}/{number}/{klass}")
        yield build.any_one(rng, klass, f"{klass}-{number:05}", scanned)


def write(made: Iterator[Made], out: Path) -> tuple[int, int]:
    """Write documents and their truth; return how many and how many bytes."""
    count = size = 0
    out.mkdir(parents=True, exist_ok=True)
    with (out / "truth.jsonl").open("w", encoding="utf-8", newline="\n") as truth:
        for one in made:
            place = out / one.name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(one.data)
            truth.write(json.dumps(one.truth, ensure_ascii=False) + "\n")
            count, size = count + 1, size + len(one.data)
    return count, size


def everything() -> Iterator[Made]:
    """Yield the whole set in the order of its truth file."""
    yield from the_set()
    yield from public()


def main(arguments: list[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="make.py", description=__doc__)
    parser.add_argument("--count", type=int, help="make so many new documents instead of the set")
    parser.add_argument("--seed", type=int, default=7, help="another seed, other documents")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    parser.add_argument("--classes", default=",".join(CLASSES), help="which classes, with commas between")
    parser.add_argument("--scans", type=float, default=0.0, help="share of them that is scanned, 0 to 1")
    options = parser.parse_args(arguments)
    classes = tuple(options.classes.split(","))
    if unknown := set(classes) - set(CLASSES):
        parser.error(f"there is no class {', '.join(sorted(unknown))}; there are {', '.join(CLASSES)}")
    if options.count is not None and options.out == HERE:
        parser.error("name a folder with --out, so that the set that is checked in stays as it is")
    begun = time.perf_counter()
    made = (
        everything() if options.count is None else many(options.count, options.seed, classes, options.scans)
    )
    count, size = write(made, options.out)
    seconds = time.perf_counter() - begun
    print(f"{count} documents, {size / 1e6:.1f} MB, in {seconds:.1f} s: {count / seconds:.0f} a second")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
