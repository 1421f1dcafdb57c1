"""A query of a PostgreSQL database, brought in as the Parquet file of its result.

The query runs in a transaction that can only read. The password comes from where libpq looks for it (PGPASSWORD, a
`.pgpass` file), never from the address. The same result, row for row, is the same file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from firmground.engine.records.reading.content import Content, look
from firmground.engine.records.reading.refusals import ExtraMissing
from firmground.errors import FirmgroundError

SCHEMES = ("postgresql", "postgres")
_WORDS = {  # the first letters of an SQLSTATE: what went wrong, what to do
    "": (
        "cannot be reached or refuses you",
        "Check host, port, database and user; the password comes from PGPASSWORD or a .pgpass file.",
    ),
    "08": ("cannot be reached", "Check host and port, and that the database runs."),
    "22": ("broke the query off at a row that it cannot compute", "Try the query with psql."),
    "25006": ("would be changed by the query", "Import with a query that only reads."),
    "28": (
        "refuses you",
        "Give the password by PGPASSWORD or a .pgpass file, and the user as `postgresql://USER@...`.",
    ),
    "3D": ("does not exist", "Check the name at the end of the address."),
    "42501": ("does not let you read what the query names", "Ask for that right."),
    "42": ("does not understand the query", "Try the query with psql."),
    "53": ("has no room or no connection left", "Try again later."),
    "57": ("stopped the query", "Try again."),
}


class QueryUnfit(FirmgroundError):
    """The address of a database, or what is asked of it, cannot be used; a password in it is one reason."""

    id = "FG-L045"
    exit_code = 2


class DatabaseTrouble(FirmgroundError):
    """A database cannot be reached, refuses the user or the query, or broke off."""

    id = "FG-L046"


@dataclass(frozen=True)
class DatabaseQuery:
    """uri: of the database, without a password. query: one statement that reads. Raises QueryUnfit."""

    uri: str
    query: str

    def __post_init__(self) -> None:
        """Refuse what cannot be asked, before anything is connected."""
        try:
            parts = urlsplit(self.uri)
            has_password = bool(parts.password)
            settings = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        except ValueError as error:
            raise QueryUnfit(found="The address of the database cannot be read", expected=_EXAMPLE) from error
        if parts.scheme not in SCHEMES:
            raise QueryUnfit(
                found=f"A query needs a database, and `{parts.scheme or 'a file'}` is none", expected=_EXAMPLE
            )
        if has_password or any("password" in name for name in settings):
            raise QueryUnfit(
                found="There is a password in the address of the database, where others may see it",
                expected=_EXAMPLE,
                hint="Give it by the environment variable PGPASSWORD or a .pgpass file, and change it if it was seen.",
            )
        if not self.query.strip():
            raise QueryUnfit(found="The query is empty", expected="one statement, such as select * from wages")

    @property
    def name(self) -> str:
        """What stands in the report in place of a file's name."""
        parts = urlsplit(self.uri)
        return f"query of {parts.hostname or 'localhost'}{parts.path}"


_EXAMPLE = "an address such as postgresql://user@host/database"


def is_database(address: str) -> bool:
    """Whether an address names a database and no file."""
    return address.partition("://")[0].lower() in SCHEMES and "://" in address


def fetch(asked: DatabaseQuery, folder: Path) -> Content:
    """Write the result of a query as a Parquet file. Raises DatabaseTrouble, QueryUnfit, ExtraMissing."""
    if find_spec("adbc_driver_postgresql") is None or find_spec("adbc_driver_manager") is None:
        raise ExtraMissing(
            found="Databases are read with a part of Firmground that is not installed",
            hint="Install it with `pip install 'firmground[database]'`, or write the result as CSV.",
        )
    from adbc_driver_manager import Error
    from adbc_driver_postgresql import dbapi

    target = folder / "query.parquet"
    try:
        with dbapi.connect(asked.uri) as connection, connection.cursor() as cursor:
            cursor.execute("set transaction read only")
            cursor.execute(asked.query)
            reader = cursor.fetch_record_batch()
            _write(reader, target)
            connection.rollback()
    except Error as error:
        raise _trouble(asked, error.sqlstate or "") from None  # its words may hold rows of the database
    except (OSError, pa.ArrowException) as error:
        if "[libpq]" not in str(error):
            raise  # our own disk
        raise _trouble(asked, "22") from None
    return replace(look(target), name=asked.name)


def _write(reader: pa.RecordBatchReader, target: Path) -> None:
    schema = pa.schema([(field.name, _plain(field)) for field in reader.schema])
    if not schema.names:
        raise QueryUnfit(found="The query gives no columns", expected="a statement that reads, such as select")
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in reader:
            columns = [
                column if column.type == field.type else column.storage
                for column, field in zip(batch.columns, schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _plain(field: pa.Field) -> pa.DataType:
    """The type of a column as Parquet holds it: numerics come as text, to the last digit."""
    if field.type == pa.uuid():
        return field.type
    type_ = field.type.storage_type if isinstance(field.type, pa.BaseExtensionType) else field.type
    is_odd = pa.types.is_nested(type_) or pa.types.is_interval(type_) or pa.types.is_duration(type_)
    if is_odd or pa.types.is_binary(type_) or pa.types.is_large_binary(type_) or pa.types.is_fixed_size_binary(type_):
        raise QueryUnfit(
            found=f"The column `{field.name}` of the query is of a type that is no text, number, date or time",
            expected="columns of such types",
            hint=f'Cast it in the query: `cast("{field.name}" as text)`.',
        )
    return type_


def _trouble(asked: DatabaseQuery, state: str) -> DatabaseTrouble:
    known = (words for start, words in _WORDS.items() if start and state.startswith(start))
    what, hint = next(known, ("broke the query off", "Try the query with psql.")) if state else _WORDS[""]
    return DatabaseTrouble(found=f"The database of the {asked.name} {what}", hint=f"{hint} Nothing was imported.")
