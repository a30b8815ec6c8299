"""`witness`: a small server that cosigns the heads of other desks' logs."""

import json
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import typer

from countersign.audit import cosign
from countersign.audit.flaw import Flaw
from countersign.audit.note import ED25519
from countersign.cli.tables import console, facts, table
from countersign.cli.terminal import emit, plain
from countersign.domain.errors import Trouble
from countersign.domain.time import iso
from countersign.settings.home import Home
from countersign.sync.witness import serve as servers
from countersign.sync.witness.app import Witness
from countersign.sync.witness.serve import Place, Server
from countersign.sync.witness.store import Refusal

FOLDER = "witness"
_LONGEST_LINE = 10_000


def init(home: Home, store: str | None, name: str) -> int:
    """Make a witness, and write the key by which desks know it."""
    known = servers.found(_place(home, store), name, home.ask)
    typer.echo(known.text)
    return 0


def key(home: Home, store: str | None) -> int:
    """Write the key by which desks know the witness."""
    with servers.memory(_place(home, store)) as (_, known):
        typer.echo(known.text)
    return 0


def add_log(home: Home, store: str | None, vkey: str) -> int:
    """Accept the heads of a log under a key, which is given as its line or as a file that holds it."""
    try:
        log = cosign.read_vkey(_line(vkey), ED25519)
    except Flaw as error:
        raise Trouble(
            f"That is not the key of a log: {error}. `countersign anchor key` prints it."
        ) from error
    with servers.memory(_place(home, store)) as (memory, _):
        is_new = memory.add(log)
    typer.echo(f"Heads of {log.name} are cosigned{'' if is_new else ', as before'}.")
    return 0


def log(home: Home, store: str | None, as_json: bool) -> int:
    """Show the newest head of each log and the heads refused; return 1 when one proves that a log forked."""
    with servers.memory(_place(home, store)) as (memory, _):
        heads, refused = memory.heads(), memory.refused()
    if as_json:
        for head in heads:
            at, shown = iso(head.at) if head.at else None, head.note.decode() if head.note else None
            emit({"log": head.origin, "size": head.size, "at": at, "head": shown})
        for one in refused:
            both = {"refused": one.note.decode(), "against": one.against.decode()}
            emit({"log": one.origin, "kind": one.kind, "at": iso(one.at), "size": one.size, **both})
    else:
        told = ([head.origin, f"{head.size:,}", iso(head.at) if head.at else "never"] for head in heads)
        console().print(table(["log", "records", "cosigned"], told, right=["records"]))
        rows = ([o.origin, o.kind.replace("_", " "), o.size, o.known, iso(o.at)] for o in refused)
        if refused:
            console().print(table(["log", "refused", "records", "cosigned before", "when"], rows))
    return int(any(one.kind is not Refusal.BEHIND for one in refused))


def serve(home: Home, store: str | None, listen: str | None, as_json: bool) -> int:
    """Answer until told to stop; each request leaves one line of JSON."""
    place, (host, port) = _place(home, store), servers.listen_to(listen)
    with servers.memory(place) as (memory, known):
        signer = servers.signer(place, known, home.ask)
        server = Server(Witness(memory, known.name, signer), host, port, _log)
        if as_json:
            emit({"witness": known.text, "host": host, "port": server.port})
        else:
            logs = len(memory.heads())
            console(errors=True).print(
                facts([("witness", known.text), ("listens on", f"{host}:{server.port}"), ("logs", logs)])
            )
        with _ended_by_signals(server):
            server.run()
    return 0


def _place(home: Home, store: str | None) -> Place:
    return Place(store, home.root / FOLDER)


def _line(given: str) -> str:
    file = Path(given)
    try:
        if "+" not in given or file.is_file():
            return file.read_text(encoding="utf-8")[:_LONGEST_LINE]
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(
            f"{given} is neither a key nor a file that holds one. Write name+number+key."
        ) from error
    return given


_writing = threading.Lock()


def _log(record: Mapping[str, object]) -> None:
    """Write one line a request; a reader that left keeps nobody from being answered."""
    harmless = {name: plain(text) if isinstance(text, str) else text for name, text in record.items()}
    with _writing, suppress(OSError, ValueError):
        sys.stdout.write(json.dumps(harmless, ensure_ascii=False) + "\n")
        sys.stdout.flush()


@contextmanager
def _ended_by_signals(server: Server) -> Iterator[None]:
    """Stop the server, in peace with whoever is being answered, on Ctrl+C or a request to end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, lambda *_: server.stop()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
