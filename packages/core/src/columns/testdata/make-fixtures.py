"""Makes the files of other writers that the tests read: python make-fixtures.py (pyarrow 22 or newer)."""
import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

US = [1_700_000_000_123_456, None, -1, -1_500_001]


def column(values, type_):
    return pa.array(values, type_)


def table():
    return pa.table({
        "float32": column([0.5, None, float("nan"), float("-inf")], pa.float32()),
        "float64": column([0.1, None, float("nan"), -0.0], pa.float64()),
        "required": pa.array([1.5, 2.5, -0.0, 4.5], pa.float64()),
        "int8": column([-128, None, 0, 127], pa.int8()),
        "int16": column([-32768, None, 0, 32767], pa.int16()),
        "int32": column([-2147483648, None, 0, 2147483647], pa.int32()),
        "int64": column([-(2**63), None, 0, 2**63 - 1], pa.int64()),
        "uint8": column([0, None, 1, 255], pa.uint8()),
        "uint16": column([0, None, 1, 65535], pa.uint16()),
        "uint32": column([0, None, 1, 4294967295], pa.uint32()),
        "uint64": column([0, None, 1, 2**64 - 1], pa.uint64()),
        "bool": column([True, None, False, True], pa.bool_()),
        "string": column(["", None, "ä🙂", "plain"], pa.string()),
        "large": column(["", None, "ä🙂", "plain"], pa.large_string()),
        "category": pa.array(["n", None, "s", "n"]).dictionary_encode(),
        "bytes": column([b"", None, b"\x00\xff", b"a"], pa.binary()),
        "fixed": column([b"ab", None, b"cd", b"ef"], pa.binary(2)),
        "time_us": column(US, pa.timestamp("us", "UTC")),
        "time_ns": column([None if v is None else v * 1000 + 999 for v in US], pa.timestamp("ns")),
        "time_ms": column([None if v is None else v // 1000 for v in US], pa.timestamp("ms", "Europe/Berlin")),
        "date": column([dt.date(2026, 1, 31), None, dt.date(1969, 12, 31), dt.date(1970, 1, 1)], pa.date32()),
    })


whole = table()
required = pa.schema([f.with_nullable(f.name != "required") for f in whole.schema])
whole = whole.cast(required)
for codec in ["snappy", "zstd", "gzip"]:
    pq.write_table(whole, f"pyarrow-{codec}.parquet", compression=codec, row_group_size=3)
pq.write_table(pa.table({"xs": [[1, 2], [3]], "x": [1, 2]}), "pyarrow-nested.parquet")
pq.write_table(pa.table({"price": pa.array([Decimal("1.25"), None], pa.decimal128(9, 2))}), "pyarrow-decimal.parquet")

# Two record batches, the first of which is a slice: bitmaps and offsets begin in the middle.
doubled = pa.concat_tables([whole, whole]).combine_chunks()
batches = [doubled.slice(1, 4).combine_chunks().to_batches()[0], doubled.slice(5, 2).combine_chunks().to_batches()[0]]
for name, opener in [("stream", pa.ipc.new_stream), ("file", pa.ipc.new_file)]:
    with pa.OSFile(f"pyarrow.{name}.arrow", "wb") as sink, opener(sink, whole.schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
