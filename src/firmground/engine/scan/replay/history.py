"""What a warning's history says: since when it has been raised, and what changed since an earlier run."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from firmground.engine.policy.model import Pack

_KEY = ["household_id", "rule"]


def first_raised(warnings: pa.Table, earlier: pa.Table | None, pack: Pack, as_of: date) -> pa.Array:
    """`first_raised_on` of each warning of a counting run, in the order of `warnings`.

    earlier: the warnings of the counting run before, None if there is none. A warning that the earlier run had, under
    this rule's id or one of its `formerly`, keeps its date; another begins at the as-of date.
    """
    today = pa.scalar(as_of, pa.date32())
    if earlier is None or not warnings.num_rows:
        return pa.repeat(today, warnings.num_rows)
    keys = warnings.select(_KEY).append_column("place", pa.array(range(warnings.num_rows), pa.int64()))
    known = _renamed(earlier, pack).group_by(_KEY).aggregate([("first_raised_on", "min")])
    joined = keys.join(known, keys=_KEY, join_type="left outer").sort_by("place")
    return pc.fill_null(joined.column("first_raised_on_min"), today).combine_chunks()


def with_change(warnings: pa.Table, earlier: pa.Table | None, pack: Pack) -> pa.Table:
    """The warnings with `change`: `new`, `continuing`, and the earlier run's rows that `ended`, sorted as always.

    earlier: the warnings of the run compared with, None if there was none: then all are new.
    """
    if earlier is None:
        return warnings.append_column("change", _repeat("new", warnings.num_rows))
    before = _renamed(earlier, pack).select(_KEY).append_column("before", _true(_renamed(earlier, pack).num_rows))
    before = before.group_by(_KEY).aggregate([("before", "max")])
    place = pa.array(range(warnings.num_rows), pa.int64())
    joined = warnings.select(_KEY).append_column("place", place).join(before, keys=_KEY, join_type="left outer")
    was_there = pc.fill_null(joined.sort_by("place").column("before_max"), False)
    change = pc.if_else(was_there, "continuing", "new")
    marked = warnings.append_column("change", change)
    ended = _ended(earlier, warnings, pack)
    ended = ended.append_column("change", _repeat("ended", ended.num_rows)).select(marked.column_names)
    whole = pa.concat_tables([marked, ended.cast(marked.schema)])
    return whole.sort_by([(name, "ascending") for name in _KEY])


def _ended(earlier: pa.Table, warnings: pa.Table, pack: Pack) -> pa.Table:
    """Rows of the earlier run whose household has the rule, under its present id, no more."""
    present = {old: rule.id for rule in pack.rules.values() for old in rule.formerly}
    names = earlier.column("rule").to_pylist()
    now = pa.array([present.get(name, name) for name in names], pa.string())
    keyed = earlier.append_column("rule_now", now)
    return keyed.join(
        warnings.select(_KEY), keys=["household_id", "rule_now"], right_keys=_KEY, join_type="left anti"
    ).drop_columns(["rule_now"])


def _renamed(earlier: pa.Table, pack: Pack) -> pa.Table:
    """The earlier warnings under the present ids of their rules."""
    present = {old: rule.id for rule in pack.rules.values() for old in rule.formerly}
    if not present:
        return earlier
    names = pa.array([present.get(name, name) for name in earlier.column("rule").to_pylist()], pa.string())
    return earlier.set_column(earlier.schema.get_field_index("rule"), "rule", names)


def _repeat(word: str, times: int) -> pa.Array:
    return pa.repeat(pa.scalar(word, pa.string()), times)


def _true(times: int) -> pa.Array:
    return pa.repeat(pa.scalar(True), times)
