"""A tree of areas: long chains are honest, circles are refused, whoever begins them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from firmground.engine.areas import AreaCircle, AreaTree

_LONG = 50


def _tree(rows: dict[str, tuple[str | None, str | None]]) -> pa.Table:
    """code -> (parent, replaced_by) as rows of the table `areas`."""
    parents, successors = zip(*rows.values(), strict=True)
    columns = {"code": list(rows), "name": list(rows), "parent": parents, "replaced_by": successors}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _chain(column: int) -> dict[str, tuple[str | None, str | None]]:
    """a0 names a1 in a column, a1 names a2, and so on to the last, which names nothing."""
    rows: dict[str, tuple[str | None, str | None]] = {}
    for number in range(_LONG):
        named = f"a{number + 1}"
        rows[f"a{number}"] = (named, None) if column == 0 else (None, named)
    return {**rows, f"a{_LONG}": (None, None)}


def test_an_area_that_was_replaced_many_times_reads_as_the_last() -> None:
    tree = AreaTree.from_table(_tree({**_chain(1), "v": ("a0", None)}))

    assert tree.successor("a0") == tree.successor("a7") == f"a{_LONG}"
    assert tree.ancestors("v") == (f"a{_LONG}",)
    assert tree.replaced().num_rows == _LONG
    assert set(tree.replaced().column("successor").to_pylist()) == {f"a{_LONG}"}


def test_an_area_may_stand_below_many_others() -> None:
    tree = AreaTree.from_table(_tree(_chain(0)))

    assert tree.ancestors("a0") == tuple(f"a{number}" for number in range(1, _LONG + 1))
    levels = dict(zip(tree.table().column("code").to_pylist(), tree.table().column("level").to_pylist(), strict=True))
    assert (levels["a0"], levels[f"a{_LONG}"], tree.level("a0")) == (_LONG + 1, 1, _LONG + 1)


@pytest.mark.parametrize(
    "rows",
    [
        {"a": ("a", None)},
        {"a": (None, "a")},
        {"a": ("b", None), "b": ("a", None)},
        {"a": (None, "b"), "b": (None, "a")},
        {"a": ("b", None), "b": (None, "a")},
        {"v": ("a", None), "a": ("b", None), "b": ("c", None), "c": ("a", None), "n": (None, None)},
    ],
)
def test_a_circle_is_refused(rows: dict[str, tuple[str | None, str | None]]) -> None:
    with pytest.raises(AreaCircle, match=r"What lies above the area \w runs in a circle"):
        AreaTree.from_table(_tree(rows))


@pytest.mark.parametrize(
    "rows",
    [
        {"a": ("b", "b"), "b": (None, None)},
        {"b": ("a", None), "a": ("b", "n"), "n": (None, None)},
        {"a": ("unknown", None), "b": (None, "unknown")},
        {"a": ("n", None), "b": ("n", None), "c": (None, "n"), "n": (None, None)},
    ],
    ids=["below its successor", "the parent of one that was replaced", "unknown codes", "several below one"],
)
def test_what_comes_to_an_end_is_no_circle(rows: dict[str, tuple[str | None, str | None]]) -> None:
    tree = AreaTree.from_table(_tree(rows))

    assert all(len(tree.ancestors(code)) < len(rows) for code in rows)


def test_a_circle_elsewhere_does_not_touch_a_sound_area() -> None:
    tree = AreaTree(_tree({"a": (None, "b"), "b": (None, "a"), "v": ("n", None), "n": (None, None)}))

    assert (tree.successor("v"), tree.ancestors("v")) == ("v", ("n",))
    with pytest.raises(AreaCircle, match="The successors of the area a run in a circle"):
        tree.successor("a")
