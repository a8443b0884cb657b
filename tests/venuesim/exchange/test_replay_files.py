"""Rows of the usual exports are understood, others are refused with the line and the reason."""

import gzip
import itertools
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from venuesim.exchange.replay_files import Record, RecordedCandle, RecordedTrade, parse_time_us, read_records

D = Decimal
TIME_MS = 1_735_689_600_123
TIME_US = TIME_MS * 1000


def records(tmp_path: Path, text: str) -> list[Record]:
    path = tmp_path / "rows.csv"
    path.write_text(text)
    return list(read_records(path))


TRADES = {
    "Binance spot trades": f"51175358,17.8,5.69,101.2,{TIME_MS},True,True",
    "Binance spot trades in microseconds": f"51175358,17.8,5.69,101.2,{TIME_US},True,True",
    "Binance futures trades": f"28457,17.8,5.69,48.0,{TIME_MS},true",
    "Binance trades with a header": f"id,price,qty,quote_qty,time,is_buyer_maker\n1,17.8,5.69,1,{TIME_MS},true",
    "Binance trades, header in camel case": f"id,price,qty,quoteQty,time,isBuyerMaker\n1,17.8,5.69,1,{TIME_MS},true",
    "Binance spot aggTrades": f"26129,17.8,5.69,27781,27781,{TIME_MS},True,True",
    "Binance futures aggTrades": f"26129,17.8,5.69,27781,27781,{TIME_MS},true",
    "Binance aggTrades with a header": (
        "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
        f"1,17.8,5.69,1,1,{TIME_MS},true"
    ),
    "OKX": f"instrument_name,trade_id,side,price,size,created_time\nBTC-USDT,1,sell,17.8,5.69,{TIME_MS}",
    "OKX, with a source": (
        f"instrument_name,trade_id,side,price,size,created_time,source\nBTC-USDT,1,sell,17.8,5.69,{TIME_MS},0"
    ),
    "OKX, two languages": (
        "trade_id/\u64ae\u5408id,side/\u4ea4\u6613\u65b9\u5411,size/\u6570\u91cf,price/\u4ef7\u683c,"
        f"created_time/\u6210\u4ea4\u65f6\u95f4\n1,SELL,5.69,17.8,{TIME_MS}"
    ),
    "OKX without a header": f"1,sell,5.69,17.8,{TIME_MS}",
    "Bybit contracts": (
        "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n"
        "1735689600.1230,BTCUSDT,Sell,5.69,17.8,PlusTick,m-1,4.25001e+11,5.69,101.2"
    ),
    "Bybit spot": f"id,timestamp,price,volume,side,rpi\n1,{TIME_MS},17.8,5.69,sell,0",
    "plain": f"time,price,quantity,side\n{TIME_MS},17.8,5.69,sell",
    "plain without a header": f"{TIME_MS},17.8,5.69,sell",
    "ISO 8601 with a zone": "time;price;quantity;side\n2025-01-01T01:00:00.123+01:00;17.8;5.69;sell",
    "ISO 8601 in UTC without a header": "2025-01-01 00:00:00.123,17.8,5.69,sell",
    "byte order mark, blank lines, spaces": f"\ufefftime, price, quantity, side\r\n\r\n{TIME_MS}, 17.8 ,5.69, Sell\r\n",
}


@pytest.mark.parametrize("name", TRADES)
def test_a_trade_is_understood_in_every_known_format(tmp_path: Path, name: str) -> None:
    assert records(tmp_path, TRADES[name]) == [RecordedTrade(TIME_US, D("17.8"), D("5.69"), True, False)]


CANDLES = {
    "Binance": f"{TIME_MS},2,4,1,3,10,{TIME_MS + 60_000},1,13,1,1,0",
    "Binance in microseconds": f"{TIME_US},2,4,1,3,10,{TIME_US + 60_000_000},1,13,1,1,0",
    "Binance with a header": (
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,"
        f"ignore\n{TIME_MS},2,4,1,3,10,{TIME_MS + 60_000},1,13,1,1,0"
    ),
    "OKX": (
        "instrument_name,open,high,low,close,vol,vol_ccy,vol_quote,open_time,confirm\n"
        f"BTC-USDT-SWAP,2,4,1,3,1000,10,30,{TIME_MS},1"
    ),
    "plain": f"time,open,high,low,close,volume\n{TIME_MS},2,4,1,3,10",
    "plain, another order": f"Volume,Close,Low,High,Open,Date\n10,3,1,4,2,{TIME_MS}",
    "plain without a header": f"{TIME_MS},2,4,1,3,10",
}


@pytest.mark.parametrize("name", CANDLES)
def test_a_candle_is_understood_in_every_known_format(tmp_path: Path, name: str) -> None:
    end_us = TIME_US + 60_000_000 if name.startswith("Binance") else None
    assert records(tmp_path, CANDLES[name]) == [RecordedCandle(TIME_US, end_us, D(2), D(4), D(1), D(3), D(10))]


def test_without_volume_and_side_they_are_unknown(tmp_path: Path) -> None:
    assert records(tmp_path, "1000,5\n") == [RecordedTrade(1_000_000_000, D(5), D(0), None, False)]
    assert records(tmp_path, "time,open,high,low,close\n5,2,4,1,3") == [
        RecordedCandle(5_000_000, None, D(2), D(4), D(1), D(3), D(0))
    ]


def test_sizes_of_okx_swaps_are_contracts(tmp_path: Path) -> None:
    (trade,) = records(
        tmp_path, f"instrument_name,trade_id,side,price,size,created_time\nBTC-USDT-SWAP,1,buy,17.8,5,{TIME_MS}"
    )
    assert isinstance(trade, RecordedTrade)
    assert trade.is_in_contracts


def test_gzip_and_zip_are_read_like_plain_files(tmp_path: Path) -> None:
    text = f"time,price\n{TIME_MS},5\n"
    with gzip.open(tmp_path / "rows.csv.gz", "wt") as stream:
        stream.write(text)
    with zipfile.ZipFile(tmp_path / "rows.zip", "w") as archive:
        archive.writestr("rows.csv", text)
    expected = records(tmp_path, text)
    assert list(read_records(tmp_path / "rows.csv.gz")) == expected
    assert list(read_records(tmp_path / "rows.zip")) == expected


def test_a_file_is_read_no_further_than_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"{TIME_MS},1\n" * 1000 + "nonsense,1\n")
    assert len(list(itertools.islice(read_records(path), 1000))) == 1000


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("time,price\n1,2\n1,x", 3, "'x' is not a number"),
        ("time,price\n1,0", 2, "not positive"),
        ("time,price\n1,-5", 2, "not positive"),
        ("time,price\n1,NaN", 2, "not a finite number"),
        ("time,price\n1,1e99999", 2, "too large"),
        ("time,price,qty\n1,5,1e99999", 2, "too large"),
        ("time,price\nInfinity,5", 2, "not a time"),
        ("time,price\nyesterday,5", 2, "Invalid isoformat string"),
        ("time,price,qty\n1,5,-1", 2, "negative"),
        ("time,price\n1", 2, "only 1 columns"),
        ("time,price,side\n1,5,hold", 2, "'hold' is none of buy"),
        ("time,price,is_buyer_maker\n1,5,maybe", 2, "'maybe' is none of true"),
        ("time,price\n100,5\n98,5", 3, "the time does not go on"),
        ("time,open,high,low,close\n1,2,4,1,3\n1,2,4,1,3", 3, "the time does not go on"),
        ("time,open,high,low,close\n1,2,2.5,1,3", 2, "not between low 1 and high 2.5"),
        (f"{TIME_MS},2,4,1,3,10,{TIME_MS},1,13,1,1,0", 1, "closes before it opens"),
        ("when,price\n1,5", 1, "no column of times"),
        ("time,value\n1,5", 1, "neither a column of prices"),
        ("1,2,3,4,5,6,7,8,9", 1, "9 columns"),
        ("1", 1, "1 columns"),
    ],
)
def test_nonsense_is_refused_with_its_line_and_reason(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(ValueError, match=f"rows.csv, line {line}: .*{reason}"):
        records(tmp_path, text)


def test_trades_slightly_out_of_order_count_as_simultaneous(tmp_path: Path) -> None:
    assert [record.time_us for record in records(tmp_path, "100,5\n99.5,6\n101,7")] == [10**8, 10**8, 101 * 10**6]


def test_a_file_that_is_missing_broken_or_ambiguous_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fake.csv.gz").write_bytes(b"no gzip")
    (tmp_path / "fake.zip").write_bytes(b"no zip")
    whole = gzip.compress(b"1,2\n" * 100_000)
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "1,2")
        archive.writestr("b.csv", "1,2")
    for name in ("missing.csv", "fake.csv.gz", "fake.zip", "cut.csv.gz", "two.zip", ".", "/dev/zero"):
        with pytest.raises(ValueError, match="line"):
            list(read_records(tmp_path / name))


def test_binary_rubbish_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rubbish.csv").write_bytes(bytes(range(256)) * 10)
    with pytest.raises(ValueError, match=r"rubbish\.csv, line"):
        list(read_records(tmp_path / "rubbish.csv"))


@pytest.mark.parametrize(
    "text",
    [
        "1735689600", "1735689600.0", "1735689600000", "1735689600000000", "1735689600000000000", "2025-01-01",
        "2025-01-01T00:00:00Z", "2025-01-01 01:00:00+01:00", " 2025-01-01T00:00:00.000000 ",
    ],
)  # fmt: skip
def test_a_time_is_understood_in_every_unit(text: str) -> None:
    assert parse_time_us(text) == 1_735_689_600_000_000
