"""Hostile Parquet files."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from engine.records.reading.hostile.case import CELL, HEADING, ROW, Hostile

_DAMAGED, _BEYOND, _HEADING = "FG-L010", "FG-L042", "FG-L013"


def _parquet(columns: dict[str, object] | None = None, rows: int = 1, **options: object) -> bytes:
    """Our table, with these columns in place of its own or beside them."""
    table = pa.table({**{name: [cell] * rows for name, cell in zip(HEADING, ROW, strict=True)}, **(columns or {})})
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def _equal(text: str, rows: int) -> pa.Array:
    """A text once, for that many rows."""
    return pa.DictionaryArray.from_arrays(pa.array(memoryview(bytes(4 * rows)).cast("i")), [text])


def _repeated(text: str, rows: int) -> bytes:
    return _parquet({name: _equal(text, rows) for name in HEADING}, rows, compression="zstd")


def _footer_of(length: int) -> bytes:
    whole = _parquet()
    return whole[:-8] + struct.pack("<I", length) + b"PAR1"


def _claims(rows: int) -> bytes:
    """A file that says a number of rows that it does not have, everywhere it says one."""

    def zigzag(number: int) -> bytes:
        return _varint(number * 2)

    whole = _parquet(rows=1_000, compression="none")
    (length,) = struct.unpack("<I", whole[-8:-4])
    footer = whole[-8 - length : -8].replace(b"\x16" + zigzag(1_000), b"\x16" + zigzag(rows))
    return whole[: -8 - length] + footer + struct.pack("<I", len(footer)) + b"PAR1"


def _varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def _page_of(size: int) -> bytes:
    """The header of the first page says another size of what it unpacks to; all that follows keeps its place."""
    text = "x" * 9_000
    whole = _parquet({"household_id": [text] * 40}, 40, compression="snappy", use_dictionary=False)
    (unpacked,) = (column.total_uncompressed_size for column in _columns(whole)[:1])
    for header in range(10, 60):
        before = _varint((unpacked - header) * 2)
        if before in whole[4:40]:
            place = whole.index(before, 4)
            return whole[:place] + _varint(size * 2)[: len(before)] + whole[place + len(before) :]
    raise AssertionError("no such page")


def _columns(whole: bytes) -> list[pq.ColumnChunkMetaData]:
    group = pq.ParquetFile(io.BytesIO(whole)).metadata.row_group(0)
    return [group.column(number) for number in range(group.num_columns)]


def _deep(levels: int) -> pa.DataType:
    type_ = pa.string()
    for _ in range(levels):
        type_ = pa.struct([("a", type_)])
    return type_


def _spoilt(where: float) -> bytes:
    whole = bytearray(_parquet({"x": [f"{CELL} {number}" for number in range(5_000)]}, 5_000))
    start = int(len(whole) * where)
    whole[start : start + 200] = bytes(255 - byte for byte in whole[start : start + 200])
    return bytes(whole)


def _case(name: str, make: Callable[[], bytes], *ends: str, accepted: int = 0) -> Hostile:
    return Hostile(f"Parquet: {name}", make, ends, accepted, ending=".parquet")


PARQUET_FILES = (
    _case("a footer longer than the file", lambda: _footer_of(2**31 - 1), _DAMAGED),
    _case("a footer of no bytes", lambda: _footer_of(0), _DAMAGED),
    _case("no footer", lambda: _parquet()[:-8], _DAMAGED),
    *(
        _case(
            f"cut at {share:.0%}",
            lambda share=share: _parquet(rows=99)[: int(len(_parquet(rows=99)) * share)],
            _DAMAGED,
        )
        for share in (0.01, 0.5, 0.99)
    ),
    *(_case(f"spoilt at {share:.0%}", lambda share=share: _spoilt(share), _DAMAGED) for share in (0.1, 0.5, 0.98)),
    _case("2^40 rows claimed", lambda: _claims(2**40), _BEYOND, _DAMAGED),
    _case("rows fewer than none", lambda: _claims(2**63 - 5), _BEYOND, _DAMAGED),
    _case("a million equal rows in a few bytes", lambda: _repeated("H1", 1_000_000), _BEYOND),
    _case("one long text in every row", lambda: _repeated("x" * 1_000_000, 20_000), _BEYOND),
    _case(
        "a bomb of zstd",
        lambda: _parquet({"x": ["x" * 400_000_000]}, compression="zstd", use_dictionary=False),
        _BEYOND,
    ),
    _case(
        "a bomb of snappy",
        lambda: _parquet({"x": ["x" * 60_000_000]}, compression="snappy", use_dictionary=False),
        _BEYOND,
    ),
    _case("a page that says that it is huge", lambda: _page_of(2**20 - 1), _DAMAGED, _BEYOND),
    _case("a schema 90 levels deep", lambda: _parquet({"x": pa.nulls(1, _deep(90))}), accepted=1),
    _case("a schema 100 levels deep", lambda: _parquet({"x": pa.nulls(1, _deep(100))}), _DAMAGED),
    _case(
        "maps and lists",
        lambda: _parquet({"x": pa.array([[("a", [1])]], pa.map_(pa.string(), pa.list_(pa.int8())))}),
        accepted=1,
    ),
    _case(
        "a list of millions in one row",
        lambda: _parquet(
            {"x": pa.ListArray.from_arrays([0, 30_000_000], pa.nulls(30_000_000, pa.int8()))}, compression="zstd"
        ),
        _BEYOND,
    ),
    _case("a million columns", lambda: _parquet({f"c{number}": [1] for number in range(20_000)}), _HEADING),
    _case(
        "names that are patterns",
        lambda: _parquet({"*": ["x"], 'a"; drop table raw; --': ["x"], "c0": ["x"], "rowid": ["x"], "filename": ["x"]}),
        accepted=1,
    ),
    _case("a name with a control character", lambda: _parquet({"a\x1b[2J": ["x"]}), _HEADING),
    _case("a name twice in other letters", lambda: _parquet({"KIND": ["x"], "Kind": ["y"]}), accepted=1),
)
