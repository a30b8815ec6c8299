"""A class is told by what people approved as it, where its own words say little or nothing."""

from hashlib import sha256

from tests.support.teaching import opened

from countersign.agents.classifier import classify
from countersign.agents.familiar import familiar
from countersign.agents.lessons import Lessons
from countersign.agents.memory import Kept, Layout
from countersign.agents.sheet import Sheet
from countersign.domain.klass import ClassDef
from countersign.settings.catalogue import load

BARE = ClassDef.model_validate(
    {
        "name": "slip",
        "label": {"en": "Zzyzx"},
        "headline": {"counterparty": "who"},
        "groups": [
            {
                "name": "g",
                "label": {"en": "G"},
                "fields": [{"name": "who", "type": "name", "label": {"en": "Who"}}],
            }
        ],
    }
)
CLASSES = {**load().classes, "slip": BARE}


def sheet(n: int) -> Sheet:
    return Sheet(opened(n, sha256(str(n).encode()).hexdigest()))


def known(*numbers: int) -> Lessons:
    return Lessons("slip", kept=[Kept(str(n), Layout.of(sheet(n)), {}) for n in numbers])


def test_a_document_of_an_approved_layout_is_of_its_class_whatever_it_calls_itself() -> None:
    assert classify(sheet(2), CLASSES).klass == "invoice"  # it is headed so
    told = classify(sheet(2), CLASSES, familiar(sheet(2), {"slip": [known(0)]}))
    assert told.klass == "slip"
    assert "it is like documents that people approved as this class" in told.why


def test_a_document_of_another_layout_is_as_if_nothing_had_been_learned() -> None:
    learned = familiar(sheet(1), {"slip": [known(0)]})
    assert learned.get("slip", 0.0) < 0.1
    assert classify(sheet(1), CLASSES, learned).klass == classify(sheet(1), CLASSES).klass


def test_words_count_only_once_several_documents_were_approved() -> None:
    page = opened(0, "ab" * 32).pages[0]
    turned = page.model_copy(
        update={"words": tuple(word._replace(y0=800 - word.y0, y1=810 - word.y0) for word in page.words)}
    )
    upside_down = Sheet(opened(0, "ab" * 32).model_copy(update={"pages": (turned,)}))
    few = familiar(upside_down, {"slip": [known(0)]})
    many = familiar(upside_down, {"slip": [known(0, 2, 4, 6)]})
    assert many.get("slip", 0.0) > few.get("slip", 0.0)
