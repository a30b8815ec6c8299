"""Opens a desk for whoever sits here to say which cases the agents take first."""

from countersign.domain.actor import Role
from countersign.domain.case import CaseFile
from countersign.domain.errors import Trouble
from countersign.domain.roster import roster
from countersign.settings import catalogue
from countersign.settings.home import Home
from countersign.store.founding import is_begun, no_desk, open_store, whoever_sits_here
from countersign.wiring.care import records
from countersign.wiring.people import Door
from countersign.workflow.priority import Prioritising


def prioritise(home: Home, named: str, priority: int, reason: str) -> CaseFile:
    """Move a case, named as for `Records.case`, forward or back; raises Trouble."""
    if not is_begun(home):
        raise no_desk(home)
    with records(home) as read:
        case = read.case(named)[0].case or named
    with open_store(home, words=catalogue.load(home)) as store:
        me = whoever_sits_here().id
        found = roster(store.desk_entries()).person(me)
        if found is None or not found.roles:
            raise Trouble("You are not enrolled at this desk. Ask an administrator to enrol you.")
        Door(store).open_session(me, home.ask)
        acts = Prioritising(store, store.person(me, Role.PROCESSOR))  # which role is taken, the act finds
        return acts.move(case, priority, reason)
