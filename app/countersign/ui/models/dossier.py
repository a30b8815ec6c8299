"""Why a case is here, as a page of text: only facts that stand on the record."""

from collections.abc import Iterable
from html import escape

from countersign.domain.case import CaseFile
from countersign.domain.reason import Reason
from countersign.insight.phrases import ROUTES
from countersign.insight.tell import Teller
from countersign.settings.catalogue import Catalogue
from countersign.ui.look import care_words
from countersign.ui.look.colours import Colours
from countersign.ui.models.field_state import FieldLine

SHOWN_FACTS = 12


def dossier(
    case: CaseFile, lines: tuple[FieldLine, ...], catalogue: Catalogue, language: str, colours: Colours
) -> str:
    """Return rich text; links ``field:name`` lead to fields."""
    teller = Teller(catalogue, language, case)
    parts = [f"<p>{escape(_summary(case, lines))}</p>"]
    parts += [f"<p>{escape(care_words.held_by(hold.order, hold.by))}</p>" for hold in case.holds]
    seen: list[Reason] = []
    for reason in (*case.reasons, *case.findings):
        if reason not in seen:
            seen.append(reason)
            parts.append(_reason(reason, catalogue, language, teller, colours))
    parts += _decision(case, teller, colours)
    parts += _facts(case, colours)
    return "".join(parts)


def _strong(text: str) -> str:
    return f'<span style="font-weight:600">{escape(text)}</span>'


def _summary(case: CaseFile, lines: tuple[FieldLine, ...]) -> str:
    read = [line for line in lines if line.raw]
    needing = sum(line.needs_person for line in lines)
    if case.erasure is not None:
        return care_words.REMAINS_SENTENCE
    if case.refusal is not None:
        return "The document could not be read, so there is nothing to confirm. Reject it with a reason."
    said = [f"{len(read)} of {len(lines)} fields have a value." if lines else "No class was settled."]
    if case.passed or case.findings:
        said.append(f"{len(case.passed)} checks held, {len(case.findings)} did not.")
    if needing:
        said.append("One field needs you." if needing == 1 else f"{needing} fields need you.")
    elif not case.status.is_settled and case.decision:
        said.append("No single field needs you; the case as a whole does.")
    return " ".join(said)


def _reason(reason: Reason, catalogue: Catalogue, language: str, teller: Teller, colours: Colours) -> str:
    label, advice = catalogue.say(reason, language)
    links = ", ".join(
        f'<a href="field:{escape(name)}" style="color:{colours.accent};text-decoration:none">'
        f"{escape(teller.field(name))}</a>"
        for name in reason.fields
    )
    where = f" {links}" if links else ""
    return (
        f'<p style="margin-top:8px">{_strong(label)}{where}<br>'
        f'<span style="color:{colours.muted}">{escape(teller.named(advice))}</span></p>'
    )


def _decision(case: CaseFile, teller: Teller, colours: Colours) -> Iterable[str]:
    if case.decision is None:
        return
    decision = case.decision
    mode = decision.mode.value.replace("_", " ")
    yield (
        f'<p style="margin-top:12px">{_strong("Policy")} {escape(decision.policy)}, {escape(mode)}: '
        f"{ROUTES[decision.route]}</p>"
    )
    if decision.rules:
        rules = "<br>".join(
            f'{escape(asked)}: <span style="color:{colours.muted}">{escape(said)}</span>'
            for asked, said in dict.fromkeys(map(teller.rule, decision.rules))
        )
        yield f'<p style="margin-top:4px">{rules}</p>'


def _facts(case: CaseFile, colours: Colours) -> Iterable[str]:
    if not case.facts:
        return
    rows = "".join(
        f'<tr><td style="padding-right:16px;color:{colours.muted}">{escape(_fact(name))}</td>'
        f"<td>{escape(_said(value))}</td></tr>"
        for name, value in sorted(case.facts.items())[:SHOWN_FACTS]
    )
    yield f'<p style="margin-top:12px">{_strong("Facts")}</p><table>{rows}</table>'


def _fact(name: str) -> str:
    return name.replace(".", " ").replace("_ppm", "").replace("_", " ")


def _said(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
