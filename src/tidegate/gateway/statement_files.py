"""How a statement is written: the same rows as CSV, or as Parquet where pyarrow is installed.

Amounts are text in both, exact to the last digit: products of prices and quantities have more of them than the decimal
types that Parquet readers share. Memory holds a page of rows, however long the statement is.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import IO, Any

Row = dict[str, Any]
COLUMNS = (
    "row",
    "timestamp",
    "account_id",
    "user_id",
    "asset",
    "wallet",
    "kind",
    "amount",
    "balance",
    "sequence",
    "line",
    "order_id",
    "execution_id",
    "symbol",
    "side",
    "quantity",
    "price",
)
_NUMBERS = frozenset({"sequence", "line"})
_CHUNK_BYTES = 65_536


class PyarrowMissingError(Exception):
    """The package that writes Parquet is not installed."""


async def csv_chunks(pages: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    """The file, page by page; an absent value is empty."""
    yield _csv([dict(zip(COLUMNS, COLUMNS, strict=True))])
    async for page in pages:
        yield _csv(page)


def _csv(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


async def parquet_chunks(pages: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    """The file, written to disk as a whole first: its index stands at its end."""
    with tempfile.TemporaryFile(prefix="tidegate-statement-") as file:
        await _write_parquet(file, pages)
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk


def check_parquet() -> None:
    """Raises `PyarrowMissingError`."""
    try:
        import pyarrow.parquet  # noqa: F401  (Whether it can be had is the question.)
    except ImportError as error:
        raise PyarrowMissingError("pyarrow is not installed") from error


async def _write_parquet(file: IO[bytes], pages: AsyncIterator[list[Row]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    times = pa.timestamp("us", tz="UTC")
    kinds = {"timestamp": times, **dict.fromkeys(_NUMBERS, pa.int64())}
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])
    with pa.parquet.ParquetWriter(file, schema) as writer:
        async for page in pages:
            table = pa.Table.from_pylist([_typed(row) for row in page], schema=schema)
            await asyncio.to_thread(writer.write_table, table)


def _typed(row: Row) -> Row:
    moment = row["timestamp"]
    return {**row, "timestamp": None if moment is None else datetime.fromisoformat(moment)}
