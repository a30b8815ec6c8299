"""Orders to stop reach the agents within a moment, be they given by a person or by a file."""

import signal as signals
import threading
from pathlib import Path
from time import monotonic

import pytest
from tests.journeys.desks import decisions, fill, take, worker

from countersign.domain.errors import Trouble
from countersign.domain.event import How, Scope
from countersign.domain.orders import Orders
from countersign.settings.home import Home
from countersign.store.founding import open_store
from countersign.wiring import orders
from countersign.wiring.batch import process
from countersign.wiring.orders import Orderbook
from countersign.wiring.stopping import obeyed, stop_button
from countersign.wiring.supervise import is_served
from countersign.wiring.working import seen


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "desk")


def wait_for(condition: object, seconds: float = 20.0) -> None:
    assert callable(condition)
    pause = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("what was waited for did not happen")


def test_an_order_given_by_another_process_is_seen_at_the_next_look(home: Home) -> None:
    with open_store(home) as store:
        book = Orderbook(home, store)
        assert not book.look()
        with stop_button(home) as button:
            given = button.stop(Scope.AGENT, "reader.local", How.KILL, "it errs")
        assert book.look()
        assert book().standing == (given,)
        with stop_button(home) as button:
            button.resume(Scope.AGENT, "reader.local", "mended")
        assert book.look()
        assert book().standing == ()


@pytest.mark.parametrize(
    ("text", "named", "why"),
    [
        ("an audit begins", (Scope.ALL, ""), "an audit begins"),
        ("", (Scope.ALL, ""), "a file STOP"),
        ("agent reader.local\nit errs", (Scope.AGENT, "reader.local"), "it errs"),
        ("class claim", (Scope.CLASS, "claim"), "a file STOP"),
        ("agents must rest\nat once", (Scope.ALL, ""), "agents must rest at once"),
        ("\x00\xff broken", (Scope.ALL, ""), "ÿ broken"),
    ],
)
def test_an_administrators_file_stops_what_it_names_while_it_lies_there(
    home: Home, text: str, named: tuple[Scope, str], why: str
) -> None:
    with open_store(home) as store:
        book = Orderbook(home, store)
        (home.root / orders.FILE).write_text(text, encoding="utf-8")
        assert book.look()
        (order,) = book().standing
        assert ((order.scope, order.name), order.how, order.reason) == (named, How.KILL, why)
        assert order.is_by_file
        assert Orderbook(home, store)().standing == (order,)
        (home.root / orders.FILE).unlink()
        assert book.look()
        assert book().standing == ()
        assert store.verify().ok


@pytest.mark.parametrize("first", ["agent raeder.local", "class invioce"])
def test_a_file_that_names_what_there_is_not_stops_everything(home: Home, first: str) -> None:
    with open_store(home) as store:
        book = Orderbook(home, store)
        (home.root / orders.FILE).write_text(f"{first}\nit errs")
        assert book.look()
        assert book().against("reader.local", "invoice") is not None
        (order,) = book().standing
        assert (order.scope, order.reason) == (Scope.ALL, f"there is no {first}; it errs")
        (home.root / orders.FILE).unlink()
        assert book.look()
        assert book().standing == ()


def test_a_file_from_an_editor_that_marks_its_encoding_is_read(home: Home) -> None:
    with open_store(home) as store:
        (home.root / orders.FILE).write_text("agent reader.local\nit errs", encoding="utf-8-sig")
        (order,) = Orderbook(home, store)().standing
        assert (order.scope, order.name) == (Scope.AGENT, "reader.local")


def test_who_looks_for_orders_goes_on_whatever_goes_wrong_once(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with open_store(home) as store:
        book, stop, broken = Orderbook(home, store), threading.Event(), [OSError("a disk that fails")]
        recorded = book._recorded

        def failing() -> Orders:
            if broken:
                raise broken.pop()
            return recorded()

        monkeypatch.setattr(book, "_recorded", failing)
        (home.root / orders.FILE).write_text("halt")
        looking = threading.Thread(target=book.watch, args=(stop, stop.set))
        looking.start()
        looking.join(20)
        assert not looking.is_alive()
        assert book().against("reader.local") is not None
        assert "a disk that fails" in caplog.text
        caplog.clear()


def test_a_file_elsewhere_reaches_the_desk_too(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = tmp_path / "share" / "halt.txt"
    share.parent.mkdir()
    monkeypatch.setenv(orders.VARIABLE, str(share))
    with open_store(home) as store:
        book = Orderbook(home, store)
        share.write_text("all desks rest")
        assert book.look()
        assert book().standing[0].reason == "all desks rest"


def test_a_file_stops_even_where_nothing_can_be_recorded(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with open_store(home) as store:
        book = Orderbook(home, store)

        def full(*_: object) -> None:
            raise Trouble("The disk is full.")

        monkeypatch.setattr(store, "append", full)
        (home.root / orders.FILE).write_text("halt")
        assert book.look()
        assert book().against("reader.local", "invoice") is not None
        assert "could not be recorded" in caplog.text
        caplog.clear()


def test_agents_that_are_stopped_leave_cases_in_the_queue_until_resumed(home: Home, tmp_path: Path) -> None:
    with open_store(home) as store, worker(home) as running:
        wait_for(lambda: seen(home) is not None)
        with stop_button(home) as button:
            order = button.stop(Scope.ALL, "", How.KILL, "a test")
        assert obeyed(home, order) is not None
        cases = {item.case for item in take(home, fill(tmp_path / "in", 2))}
        began = monotonic()
        wait_for(lambda: monotonic() - began > 0.5)
        assert not any(decisions(store).values())
        with stop_button(home) as button:
            button.resume(Scope.ALL, "", "over")
        wait_for(lambda: decisions(store) == dict.fromkeys(cases, 1))
        running.send_signal(signals.SIGTERM)
        running.wait(20)


def test_a_class_that_is_stopped_waits_while_others_go_on(home: Home, tmp_path: Path) -> None:
    with open_store(home) as store, worker(home) as running:
        wait_for(lambda: seen(home) is not None)
        with stop_button(home) as button:
            button.stop(Scope.CLASS, "invoice", How.PAUSE, "prices changed")
        (case,) = {item.case for item in take(home, fill(tmp_path / "in", 1))}
        wait_for(lambda: any(e.event.kind == "classified" for e in store.entries(case)))
        began = monotonic()
        wait_for(lambda: monotonic() - began > 0.3)
        assert not any(decisions(store).values())
        with stop_button(home) as button:
            button.resume(Scope.CLASS, "invoice", "known now")
        wait_for(lambda: decisions(store) == {case: 1})
        kinds = [e.event.kind for e in store.entries(case)]
        assert kinds.count("classified") == 1
        running.send_signal(signals.SIGTERM)
        running.wait(20)


def test_processing_says_that_the_agents_are_stopped_and_does_not_wait_for_ever(
    home: Home, tmp_path: Path
) -> None:
    open_store(home).close()
    with stop_button(home) as button:
        button.stop(Scope.ALL, "", How.KILL, "an audit")
    with pytest.raises(Trouble, match="an audit"):
        list(process(home, [fill(tmp_path / "in", 1)]))
    assert not is_served(home)
