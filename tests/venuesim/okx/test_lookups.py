"""What can be found: orders, histories and fills, page by page and for how long."""

from decimal import Decimal

import pytest

HOUR_MS = 3_600_000
SPOT = {"instType": "SPOT"}


async def test_a_filled_order_shows_exact_figures(raw) -> None:
    shown = await raw.shown(await raw.placed(sz="1.5", px="65007.5", clOrdId="figures", tag="desk"))
    wanted = {
        "instId": "BTC-USDT",
        "instType": "SPOT",
        "clOrdId": "figures",
        "tag": "desk",
        "side": "buy",
        "ordType": "limit",
        "tdMode": "cash",
        "px": "65007.5",
        "sz": "1.5",
        "accFillSz": "1.5",
        "avgPx": "65003.166666666667",
        "state": "filled",
        "fee": "-0.0015",
        "feeCcy": "BTC",
        "fillPx": "65007.5",
        "fillSz": "0.5",
        "cancelSource": "",
    }
    assert {name: shown[name] for name in wanted} == wanted
    assert int(shown["cTime"]) <= int(shown["fillTime"]) <= int(shown["uTime"])


async def test_a_market_order_by_quote_keeps_its_size_as_sent(raw) -> None:
    shown = await raw.shown(await raw.placed(ordType="market", px=None, sz="650.01"))
    assert (shown["sz"], shown["tgtCcy"], shown["px"]) == ("650.01", "quote_ccy", "")
    assert (shown["accFillSz"], shown["avgPx"], shown["state"]) == ("0.01", "65001", "filled")
    sold = await raw.shown(await raw.placed(ordType="market", px=None, sz="0.01", side="sell"))
    assert (sold["tgtCcy"], sold["feeCcy"], Decimal(sold["fee"])) == ("base_ccy", "USDT", Decimal("-0.64999"))


async def test_why_an_order_was_canceled_is_told(raw) -> None:
    by_user = await raw.placed()
    await raw.post("trade/cancel-order", {"instId": "BTC-USDT", "ordId": by_user})
    sources = {
        by_user: "1",
        await raw.placed(ordType="fok", sz="9", px="65001"): "13",
        await raw.placed(ordType="ioc", sz="2", px="65001"): "14",
        await raw.placed(ordType="post_only", px="65100"): "31",
    }
    for order_id, source in sources.items():
        shown = await raw.shown(order_id)
        assert (shown["state"], shown["cancelSource"]) == ("canceled", source)
        assert shown["cancelSourceReason"]


@pytest.mark.conformance("Look-up retention", "okx spot")
async def test_a_canceled_order_that_never_traded_vanishes_after_two_hours(timed) -> None:
    raw, _, clock = timed
    empty = await raw.placed(ordType="fok", sz="9", px="65001", clOrdId="empty")
    partly = await raw.placed(ordType="ioc", sz="3.5", px="65001")
    resting = await raw.placed()
    clock.advance(2 * HOUR_MS + 1)
    assert (await raw.get("trade/order", instId="BTC-USDT", clOrdId="empty"))[1]["code"] == "51603"
    assert (await raw.get("trade/order", instId="BTC-USDT", ordId=empty))[1]["code"] == "51603"
    assert (await raw.shown(partly))["state"] == "canceled"
    assert (await raw.shown(resting))["state"] == "live"
    _, history = await raw.get("trade/orders-history", **SPOT)
    assert [row["ordId"] for row in history["data"]] == [partly]
    clock.advance(8 * 24 * HOUR_MS)
    assert (await raw.get("trade/orders-history", **SPOT))[1]["data"] == []
    assert len((await raw.get("trade/orders-history-archive", **SPOT))[1]["data"]) == 1
    assert (await raw.get("trade/fills", **SPOT))[1]["data"] == []
    assert len((await raw.get("trade/fills-history", **SPOT))[1]["data"]) == 1


async def test_pending_orders_come_newest_first_in_pages(raw) -> None:
    placed = [await raw.placed(px=str(60000 + number)) for number in range(5)][::-1]
    _, first = await raw.get("trade/orders-pending", limit=2)
    assert [row["ordId"] for row in first["data"]] == placed[:2]
    _, second = await raw.get("trade/orders-pending", limit=2, after=placed[1])
    assert [row["ordId"] for row in second["data"]] == placed[2:4]
    _, newer = await raw.get("trade/orders-pending", before=placed[2])
    assert [row["ordId"] for row in newer["data"]] == placed[:2]
    _, others = await raw.get("trade/orders-pending", instId="ETH-USDT")
    assert others["data"] == []


async def test_history_is_filtered(raw) -> None:
    filled = await raw.placed(px="65001", sz="0.1")
    killed = await raw.placed(ordType="fok", sz="9", px="65001")
    await raw.placed()
    for filters, wanted in (
        ({}, [killed, filled]),
        ({"state": "filled"}, [filled]),
        ({"state": "canceled"}, [killed]),
        ({"ordType": "fok,ioc"}, [killed]),
        ({"instId": "ETH-USDT"}, []),
        ({"instType": "SWAP"}, []),
        ({"end": "1"}, []),
    ):
        _, body = await raw.get("trade/orders-history", **{**SPOT, **filters})
        assert [row["ordId"] for row in body["data"]] == wanted, filters


async def test_fills_come_page_by_page_even_within_an_order(raw) -> None:
    first = await raw.placed(sz="2.5", px="65014")
    second = await raw.placed(sz="0.1", px="65100")
    pages, after = [], {}
    while True:
        _, body = await raw.get("trade/fills-history", **SPOT, limit=1, **after)
        if not body["data"]:
            break
        pages += body["data"]
        after = {"after": body["data"][-1]["billId"]}
    assert [row["ordId"] for row in pages] == [second, first, first, first]
    assert [row["fillSz"] for row in pages] == ["0.1", "0.5", "1", "1"]
    assert len({row["tradeId"] for row in pages}) == 4
    assert [row["billId"] for row in pages] == sorted((row["billId"] for row in pages), reverse=True)
    _, newer = await raw.get("trade/fills", before=pages[1]["billId"])
    assert newer["data"] == pages[:1]
    _, own = await raw.get("trade/fills", ordId=second)
    assert own["data"] == pages[:1]
    assert (pages[0]["execType"], pages[0]["fee"], pages[0]["feeCcy"]) == ("T", "-0.0001", "BTC")


@pytest.mark.conformance("Look-up retention", "okx spot")
async def test_fills_are_limited_to_a_time(timed) -> None:
    raw, _, clock = timed
    early = clock.now_ms()
    await raw.placed(px="65001")
    clock.advance(1000)
    await raw.placed(px="65001", sz="0.02")
    _, late = await raw.get("trade/fills-history", **SPOT, begin=early + 1)
    assert [row["fillSz"] for row in late["data"]] == ["0.02"]
    _, both = await raw.get("trade/fills-history", **SPOT, begin=early, end=clock.now_ms())
    assert len(both["data"]) == 2


async def test_the_balance_shows_what_is_free_and_what_is_held(raw) -> None:
    await raw.placed(sz="0.1")
    _, body = await raw.get("account/balance", ccy="USDT,ETH,DOGE")
    details = {row["ccy"]: row for row in body["data"][0]["details"]}
    assert set(details) == {"USDT", "ETH"}
    usdt = details["USDT"]
    assert (usdt["eq"], usdt["availBal"], usdt["frozenBal"]) == ("1000000", "994000", "6000")


async def test_the_account_is_in_futures_mode(raw) -> None:
    _, body = await raw.get("account/config")
    config = body["data"][0]
    assert (config["acctLv"], config["posMode"], config["perm"]) == ("2", "net_mode", "read_only,trade")
    assert (await raw.get("account/positions"))[1]["data"] == []
