from hypothesis import given
from hypothesis import strategies as st

from countersign.insight.folds import MOST, By, split

LAYOUTS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=50)


def truths(layouts: list[str]) -> list[dict[str, object]]:
    return [
        {"doc": f"{n}.pdf", "sha256": f"{n:064x}", "layout": layout, "fields": []}
        for n, layout in enumerate(layouts)
    ]


@given(LAYOUTS)
def test_a_layout_is_never_torn_apart(layouts: list[str]) -> None:
    found = split(truths(layouts), By.LAYOUT)
    assert len(set(zip(layouts, found, strict=True))) == len(set(layouts))


@given(LAYOUTS)
def test_there_are_as_many_folds_as_layouts_but_at_most_four_and_none_is_empty(layouts: list[str]) -> None:
    found = split(truths(layouts), By.LAYOUT)
    assert set(found) == set(range(min(MOST, len(set(layouts)))))


@given(LAYOUTS)
def test_the_order_of_the_documents_does_not_matter(layouts: list[str]) -> None:
    held = truths(layouts)
    there = split(held[::-1], By.LAYOUT)[::-1]
    assert split(held, By.LAYOUT) == there


def test_without_layouts_every_document_is_its_own_group_of_hashes() -> None:
    found = split(truths(["a"] * 8), By.HASH)
    assert sorted(found) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_vendor_is_known_by_the_name_on_the_document() -> None:
    held = [
        {"doc": f"{n}", "sha256": str(n), "fields": [{"name": "vendor_name", "value": name}]}
        for n, name in enumerate(("Acme Ltd", "ACME LTD", "Bolt"))
    ]
    one, same, other = split(held, By.VENDOR)
    assert one == same != other
