"""`stop` and `resume`: agents are stopped at once, and go on only when somebody who may says so."""

from countersign.cli.terminal import emit
from countersign.domain.errors import Trouble
from countersign.domain.event import How, Scope
from countersign.settings.home import Home


def stop(home: Home, *, agent: str | None, klass: str | None, pause: bool, reason: str, as_json: bool) -> int:
    """Stop agents, and say how long it took until none of them ran."""
    from countersign.cli.tables import console
    from countersign.wiring.stopping import obeyed, stop_button

    scope, name = _reach(agent, klass)
    with stop_button(home) as button:
        order = button.stop(scope, name, How.PAUSE if pause else How.KILL, reason)
    seconds = obeyed(home, order)
    if as_json:
        told = order.model_dump(mode="json", include={"scope", "name", "how", "reason", "record"})
        emit({**told, "seconds": round(seconds, 3) if seconds is not None else None})
    elif seconds is not None:
        console().print(
            f"Stopped {order.what}: nothing runs any more, after {seconds:.2f} s. "
            "Cases wait in their queue until `countersign resume`."
        )
    if seconds is None:
        raise Trouble(
            "The order is on the record, but the agents' process does not answer. End it; the order still "
            "holds when it starts again."
        )
    return 0


def resume(home: Home, *, agent: str | None, klass: str | None, reason: str, as_json: bool) -> int:
    """Let agents go on."""
    from countersign.cli.tables import console
    from countersign.wiring.stopping import stop_button

    scope, name = _reach(agent, klass)
    with stop_button(home) as button:
        button.resume(scope, name, reason)
        left = button.standing().standing
    if as_json:
        emit({"resumed": scope, "name": name, "still_stopped": [order.what for order in left]})
    else:
        still = "; ".join(f"{order.what} ({order.reason})" for order in left)
        console().print(
            f"They go on. Still stopped: {still}." if still else "They go on. Nothing is stopped."
        )
    return 0


def _reach(agent: str | None, klass: str | None) -> tuple[Scope, str]:
    if agent is not None and klass is not None:
        raise Trouble("Name an agent or a class, not both; without either, all agents are meant.")
    if agent is not None:
        return Scope.AGENT, agent
    return (Scope.CLASS, klass) if klass is not None else (Scope.ALL, "")
