"""Loads a policy: every name in it is one that the desk knows, or it is refused with its place."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from countersign.domain.errors import Trouble
from countersign.domain.klass import ClassDef
from countersign.policy import retention
from countersign.policy.conditions import BadCondition, Compiled, Vocabulary
from countersign.policy.language import Approval, ClassTerms, Terms
from countersign.settings.catalogue import Catalogue
from countersign.settings.home import Home
from countersign.settings.resources import shipped
from countersign.settings.source import Path as Place
from countersign.settings.source import Source

NO_THRESHOLD = 0.9
"""What a field is held against where its class gives no default."""


@dataclass(frozen=True)
class ClassRules:
    """The rules for a class, with its conditions ready to be asked."""

    klass: ClassDef
    terms: ClassTerms
    auto_approve: Compiled | None
    require_human: tuple[tuple[Compiled, str], ...]
    """Conditions, each with the reason code that it gives."""
    approvals: tuple[tuple[Compiled, Approval], ...]

    @property
    def required(self) -> tuple[str, ...]:
        """Fields that must be there."""
        if self.terms.fields.required is not None:
            return self.terms.fields.required
        return tuple(field.name for field in self.klass.fields if field.required)

    def threshold(self, field: str) -> float:
        """Return the confidence from which a field needs no person, 0 to 1."""
        thresholds = self.terms.fields.thresholds
        return thresholds.get(field, thresholds.get("default", NO_THRESHOLD))


@dataclass(frozen=True)
class Policy:
    """A policy that can decide."""

    name: str
    digest: str
    """SHA-256 of the file's bytes, hex."""
    text: str
    terms: Terms
    classes: Mapping[str, ClassRules]


def load(path: Path, catalogue: Catalogue, agents: Collection[str] | None = None) -> Policy:
    """Read a policy file; raises Trouble with file, line, column and reason.

    `agents` are the names of all agents that there are; without them, any name may stand in the file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Trouble(
            f"The policy {path} cannot be read ({error.strerror}). The active policy stays."
        ) from error
    return parse(content, path.name, catalogue, agents)


def parse(content: bytes, name: str, catalogue: Catalogue, agents: Collection[str] | None = None) -> Policy:
    """Read a policy from bytes; `name` stands for the file in what a person is told. Raises Trouble."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Trouble(f"{name}, line {line}: this is not UTF-8 text. The active policy stays.") from error
    source = Source(text, name, "The active policy stays.")
    terms = _validated(source)
    retention.check(source, terms)
    _check_agents(source, terms, agents)
    classes = {
        class_name: _rules(source, _known_class(source, class_name, catalogue), class_terms)
        for class_name, class_terms in terms.classes.items()
    }
    return Policy(terms.policy, sha256(content).hexdigest(), text, terms, classes)


def find(home: Home) -> Path:
    """Return the policy file of a desk: its own where it has one, else the shipped one."""
    own = sorted(home.policies.glob("*.yaml"))
    if len(own) > 1:
        names = ", ".join(file.name for file in own)
        raise Trouble(f"{home.policies} holds several policies ({names}). Leave the one that is to decide.")
    return own[0] if own else shipped("resources", "policies", "desk.yaml")


def _validated(source: Source) -> Terms:
    if not isinstance(source.data, dict):
        raise source.fault((), "a policy must hold names and values, beginning with policy, owner, classes")
    try:
        return Terms.model_validate(source.data)
    except ValidationError as error:
        faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
        fault = faults[0]  # a name too many explains the one that is missing
        path = tuple(part for part in fault["loc"] if part != "[key]")
        names = ".".join(map(str, path))
        if fault["type"] == "extra_forbidden" or "[key]" in fault["loc"]:
            raise source.fault_of_name(path, f"{names}: the policy language has no such name") from error
        why = fault["msg"].removeprefix("Value error, ")
        raise source.fault(path, f"{names}: {why}") from error


def _known_class(source: Source, name: str, catalogue: Catalogue) -> ClassDef:
    if name in catalogue.classes:
        return catalogue.classes[name]
    known = ", ".join(catalogue.classes)
    raise source.fault_of_name(("classes", name), f"there is no class {name!r}; there are {known}")


def _rules(source: Source, klass: ClassDef, terms: ClassTerms) -> ClassRules:
    here: Place = ("classes", klass.name)
    _check_fields(source, klass, terms)
    vocabulary = Vocabulary(klass)

    def compiled(text: str, *path: str | int) -> Compiled:
        try:
            return vocabulary.compile(text)
        except BadCondition as error:
            raise source.fault((*here, *path), error.why, error.column) from error

    auto = terms.auto_approve_if
    return ClassRules(
        klass=klass,
        terms=terms,
        auto_approve=compiled(auto, "auto_approve_if") if auto is not None else None,
        require_human=tuple(
            (compiled(rule.rule, "require_human_if", index, "rule"), rule.reason)
            for index, rule in enumerate(terms.require_human_if)
        ),
        approvals=tuple(
            (compiled(approval.condition, "approvals", index, "if"), approval)
            for index, approval in enumerate(terms.approvals)
        ),
    )


def _check_fields(source: Source, klass: ClassDef, terms: ClassTerms) -> None:
    def named() -> Iterator[tuple[str, Place]]:
        for index, name in enumerate(terms.fields.required or ()):
            yield name, ("required", index)
        for name in terms.fields.thresholds:
            if name != "default":
                yield name, ("thresholds", name)

    for name, path in named():
        if klass.field(name) is None:
            place = ("classes", klass.name, "fields", *path)
            raise source.fault_of_name(place, f"the class {klass.name} has no field {name!r}")


def _check_agents(source: Source, terms: Terms, agents: Collection[str] | None) -> None:
    """Refuse agents that there are not, and budgets in several currencies, which nobody could add up."""
    for name, said in terms.agents.items():
        here: Place = ("agents", name)
        if agents is not None and name not in agents:
            known = ", ".join(sorted(agents))
            raise source.fault_of_name(here, f"there is no agent {name!r}; there are {known}")
        after = said.when.removeprefix("unresolved_after(").removesuffix(")") if said.when else None
        if agents is not None and after is not None and after not in agents:
            raise source.fault((*here, "when"), f"there is no agent {after!r} to come after")
        for bound in ("money_per_case", "money_per_day"):
            money = getattr(said.budget, bound)
            if money is not None and not money.endswith(f" {terms.currency}"):
                why = f"{money} is in another currency than another budget ({terms.currency})"
                raise source.fault((*here, "budget", bound), why)
