"""Damage to a lake is said to be damage: which file, and what helps. Nothing is imported into it meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.records.lakes import LakeUnderTest, income
from firmground.engine.records import Lake, deliveries
from firmground.engine.records.deliveries import UnknownDelivery
from firmground.engine.records.store.damage import LakeDamaged
from firmground.engine.records.store.lake import NotALake
from firmground.engine.records.store.manifest import ManifestDamaged


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _alter(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 60 + content[64:])


@pytest.mark.parametrize(
    ("files", "damage", "how"),
    [
        ("records/households/*.parquet", _cut, "not as it was written"),
        ("records/households/*.parquet", _alter, "not as it was written"),
        ("records/households/*.parquet", Path.unlink, "missing"),
        ("members/*.parquet", _cut, "not as it was written"),
    ],
)
def test_a_file_that_an_import_needs_is_named(
    lake: LakeUnderTest, files: str, damage: Callable[[Path], None], how: str
) -> None:
    (path,) = lake.path.glob(files)
    damage(path)
    before = lake.snapshot()

    with pytest.raises(LakeDamaged) as raised:
        lake.deliver("income", [income(1, person_id="p1")])

    assert raised.value.found == f"The lake's file {path.relative_to(lake.path)} is {how}"
    assert lake.snapshot() == before


def test_rows_in_quarantine_that_cannot_be_read_are_named(lake: LakeUnderTest) -> None:
    lake.deliver("income", [income("x")])
    (path,) = lake.path.glob("quarantine/*.parquet")
    _cut(path)

    with pytest.raises(LakeDamaged, match=f"The lake's file quarantine/{path.name} is not as it was written"):
        lake.retry()


_OUTSIDE = ["/etc/passwd", "../outside.parquet", "records/../../outside.parquet", "", "a\0b", 5, None, ["a"]]


def _change(manifest: dict[str, Any], *keys: str | int, to: object) -> None:
    place: Any = manifest
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to


@pytest.mark.parametrize(
    ("keys", "to"),
    [
        *[(("tables",), value) for value in ([], None, 5, "a", {"households": None}, {"households": [5]})],
        *[(("settled",), value) for value in ([], None, {"income": None}, {"income": []})],
        *[((name,), value) for name in ("members", "deliveries") for value in (None, {}, "a", [5])],
        *[(("version",), value) for value in (1, 3, "2", None)],
        *[(("created_at",), value) for value in (5, "soon", "2020-01-01")],
        (("overlapping_memberships",), "no"),
        *[(("tables", "households", 0, "path"), value) for value in _OUTSIDE],
        *[(("tables", "households", 0, name), "five") for name in ("rows", "min_received_at", "max_received_at")],
        (("tables", "households", 0, "min_received_at"), ""),
        (("tables", "households", 0, "max_received_at"), "2020-01-01"),
        (("tables", "households", 0, "sha256"), 5),
        (("tables", "households", 0, "more"), 5),
        (("members", 0, "path"), "/etc/passwd"),
        *[(("deliveries", 0, "id"), value) for value in ("../../x", "D1", 5, "D000002")],
        *[(("deliveries", 0, "quarantine"), value) for value in ("a", [], {})],
        (("deliveries", 0, "table"), None),
    ],
)
def test_a_manifest_that_no_import_wrote_is_damaged(
    lake: LakeUnderTest, keys: tuple[str | int, ...], to: object
) -> None:
    path = lake.path / "manifest" / "0000000002.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    _change(manifest, *keys, to=to)
    path.write_text(json.dumps(manifest), encoding="utf-8")

    with pytest.raises(ManifestDamaged, match=r"The manifest 0000000002.json cannot be read"):
        lake.deliver("income", [income(1)])
    with pytest.raises(ManifestDamaged):
        Lake.open(lake.path).manifest()


@pytest.mark.parametrize("content", ["[" * 100_000, '{"version": 2}', "[]", "2", "null", b"\xff\xfe"])
def test_a_manifest_that_is_none_is_damaged(lake: LakeUnderTest, content: str | bytes) -> None:
    path = lake.path / "manifest" / "0000000002.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(ManifestDamaged):
        Lake.open(lake.path).manifest()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("time_zone", value) for value in ("No/Where", "5", "../../etc/passwd", "/etc/passwd", "Asia", "[a]")],
        *[("pack", value) for value in ("5", "[cn]")],
        *[("pack", value) for value in ("", "null", "''")],
        *[("currency", value) for value in ("5", "{a: b}")],
        *[("areas", value) for value in ("5", "mars", "[china]")],
        *[("format", value) for value in ("0", "-1", "one", "true", ".inf", "1.5")],
        ("format", "null"),
    ],
)
def test_a_setting_that_no_import_wrote_is_named(lake: LakeUnderTest, name: str, value: str) -> None:
    settings = {"format": "1", "pack": "cn", "time_zone": "Asia/Shanghai", "currency": "CNY", name: value}
    text = "".join(f"{key}: {setting}\n" for key, setting in settings.items())
    (lake.path / "lake.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(NotALake, match=f"lake.yaml are damaged: `{name}` is ") as raised:
        Lake.open(lake.path)
    assert raised.value.expected
    with pytest.raises(NotALake):
        lake.deliver("income", [income(1)])


@pytest.mark.parametrize("content", ["[" * 10_000, "5", "- a", "a: b", b"\xff\xfe\x00"])
def test_settings_that_are_none_make_no_lake(lake: LakeUnderTest, content: str | bytes) -> None:
    (lake.path / "lake.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(NotALake):
        Lake.open(lake.path)


@pytest.mark.parametrize(
    ("name", "value"),
    [("received_at", "soon"), ("received_at", "2020-01-01"), ("received_at", 5), ("headings", 5), ("headings", [5]),
     ("headings", "ab"), ("mapping", 5), ("source", None), ("file", [])],
)  # fmt: skip
def test_a_report_that_no_import_wrote_is_named(lake: LakeUnderTest, name: str, value: object) -> None:
    lake.deliver("income", [income("x")])
    path = lake.path / "deliveries" / "D000003.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), name: value}), encoding="utf-8")

    for ask in (lake.retry, lambda: deliveries(lake.path)):
        with pytest.raises(UnknownDelivery, match="The report of the delivery D000003 cannot be read"):
            ask()
