"""What an account has, pays and did, and how long that can be looked up."""

from datetime import datetime
from decimal import Decimal

import pytest

from venuesim_conformance import Row

D = Decimal
SPOT = "binance spot"
ORDER = "/api/v3/order"
DAY_MS = 86_400_000
MARKET = {"type": "MARKET", "timeInForce": None, "price": None}


@pytest.mark.conformance(Row.BALANCES, SPOT)
async def test_an_order_locks_what_it_needs_and_gives_it_back(raw, free) -> None:
    await raw.order(quantity="0.5", price="60000")
    assert await free("USDT") == (D("970000"), D("30000"))
    await raw.order(side="SELL", price="70000", quantity="2")
    assert await free("BTC") == (8, 2)
    assert (await raw.call("DELETE", "/api/v3/openOrders", symbol="BTCUSDT"))[0] == 200
    assert (await free("USDT"), await free("BTC")) == ((1_000_000, 0), (10, 0))
    rows = (await raw.call("GET", "/api/v3/account", omitZeroBalances="true"))[1]["balances"]
    assert {row["asset"] for row in rows} == {"USDT", "BTC", "ETH"}


@pytest.mark.conformance(Row.PRIVATE_BALANCES, SPOT)
@pytest.mark.conformance(Row.FLOWS, SPOT, approximate="the history of deposits has no addresses or transaction ids")
async def test_deposits_and_withdrawals_are_told(raw, user, venues) -> None:
    moved = {"api_key": raw.api_key, "asset": "USDT", "amount": "50", "exchange": "binance", "wallet": "spot"}
    await venues.control("POST", "transfers", moved)
    await venues.control("POST", "transfers", moved | {"direction": "withdrawal", "amount": "20"})
    events = await user.told()
    assert [event["e"] for event in events] == ["balanceUpdate", "outboundAccountPosition"] * 2
    assert [(event["a"], event["d"]) for event in events[::2]] == [("USDT", "50.00000000"), ("USDT", "-20.00000000")]
    assert events[3]["B"] == [{"a": "USDT", "f": "1000030.00000000", "l": "0.00000000"}]
    deposits = (await raw.call("GET", "/sapi/v1/capital/deposit/hisrec"))[1]
    withdrawals = (await raw.call("GET", "/sapi/v1/capital/withdraw/history"))[1]
    assert [row["amount"] for row in (deposits[0], withdrawals[0])] == ["50", "20"]
    assert deposits[0]["completeTime"] == deposits[0]["insertTime"]
    assert datetime.fromisoformat(withdrawals[0]["applyTime"])


@pytest.mark.conformance(Row.WALLET_TRANSFERS, SPOT, "binance linear")
async def test_transfers_between_the_wallets_move_both_and_are_listed_by_type(raw, user, venues, free) -> None:
    wish = {"type": "MAIN_UMFUTURE", "asset": "USDT", "amount": "30"}
    status, refused = await raw.call("POST", "/sapi/v1/asset/transfer", **wish)
    assert (status, refused["code"]) == (400, -1002)
    keys = {"api_key": raw.api_key, "secret": raw.secret, "permissions": ["read", "trade", "transfer"]}
    await venues.control("POST", "accounts", keys)
    number = (await raw.call("POST", "/sapi/v1/asset/transfer", **wish))[1]["tranId"]
    assert await free("USDT") == (999_970, 0)
    futures = await raw.call("GET", "/fapi/v3/balance")
    assert next(row["balance"] for row in futures[1] if row["asset"] == "USDT") == "1000030.00000000"
    assert [event["d"] for event in await user.told() if event["e"] == "balanceUpdate"] == ["-30.00000000"]
    listed = (await raw.call("GET", "/sapi/v1/asset/transfer", type="MAIN_UMFUTURE"))[1]
    assert (listed["total"], listed["rows"][0]["tranId"], listed["rows"][0]["amount"]) == (1, number, "30")
    assert (await raw.call("GET", "/sapi/v1/asset/transfer", type="UMFUTURE_MAIN"))[1]["rows"] == []
    income = (await raw.call("GET", "/fapi/v1/income", incomeType="TRANSFER"))[1]
    assert [row["income"] for row in income] == ["30.00000000"]
    back = wish | {"type": "UMFUTURE_MAIN"}
    assert "tranId" in (await raw.call("POST", "/sapi/v1/asset/transfer", **back))[1]
    too_much = wish | {"amount": "2000000"}
    assert (await raw.call("POST", "/sapi/v1/asset/transfer", **too_much))[1]["code"] == -5013
    assert (await raw.call("POST", "/sapi/v1/asset/transfer", **wish | {"type": "MAIN_MARGIN"}))[0] == 400
    assert (await raw.call("GET", "/sapi/v1/asset/transfer", type="MAIN_SOCK"))[1]["code"] == -1102


async def test_a_busted_trade_is_told_by_the_balances_alone(raw, user, venues) -> None:
    trade = (await raw.order(**MARKET, quantity="0.1"))[1]["fills"][0]["tradeId"]
    await user.told()
    await venues.control("POST", "busts", {"trade_id": str(trade), "symbol": "BTC/USDT", "exchange": "binance"})
    events = await user.told()
    assert events
    assert {event["e"] for event in events} == {"outboundAccountPosition"}


@pytest.mark.conformance(Row.FEE_ASSET, SPOT)
async def test_fees_are_paid_in_bnb_when_the_account_wants_so_and_has_some(raw, venues, free) -> None:
    assert (await raw.call("GET", "/sapi/v1/bnbBurn"))[1] == {"spotBNBBurn": False, "interestBNBBurn": False}
    assert (await raw.call("POST", "/sapi/v1/bnbBurn", spotBNBBurn="true"))[1]["spotBNBBurn"] is True
    without = (await raw.order(**MARKET, quantity="0.1"))[1]
    assert without["fills"][0]["commissionAsset"] == "BTC"
    await venues.freeze("BNB/USDT", "650", levels=3, half_spread="0.1")
    account = {"api_key": raw.api_key, "asset": "BNB", "amount": "1", "exchange": "binance", "wallet": "spot"}
    await venues.control("POST", "transfers", account)
    paid = (await raw.order(**MARKET, side="SELL", quantity="0.1"))[1]
    fill = paid["fills"][0]
    assert fill["commissionAsset"] == "BNB"
    value = D(fill["qty"]) * D(fill["price"]) * D("0.00075") / 650
    assert abs(D(fill["commission"]) - value) < D("0.00001")
    assert await free("BNB") == (1 - D(fill["commission"]), 0)
    shown = (await raw.call("GET", "/api/v3/account/commission", symbol="BTCUSDT"))[1]
    assert shown["discount"]["enabledForAccount"] is True
    await raw.call("POST", "/sapi/v1/bnbBurn", spotBNBBurn="false")
    assert (await raw.order(**MARKET, quantity="0.1"))[1]["fills"][0]["commissionAsset"] == "BTC"


@pytest.mark.conformance(Row.FEES, SPOT)
async def test_rates_are_the_accounts_own(raw, venues, move) -> None:
    account = {"api_key": raw.api_key, "secret": raw.secret, "exchange": "binance"}
    await venues.control("POST", "accounts", account | {"fees": {"maker": "0.0002", "taker": "0.0004"}})
    fill = (await raw.order(**MARKET, quantity="0.1"))[1]["fills"][0]
    assert (fill["commission"], fill["commissionAsset"]) == ("0.00004000", "BTC")
    await raw.order(quantity="0.1")
    await move("59999")
    trades = (await raw.call("GET", "/api/v3/myTrades", symbol="BTCUSDT"))[1]
    assert [(trade["commission"], trade["isMaker"]) for trade in trades] == [
        ("0.00004000", False),
        ("0.00002000", True),
    ]
    shown = (await raw.call("GET", "/api/v3/account"))[1]
    assert (shown["commissionRates"]["maker"], shown["takerCommission"]) == ("0.00020000", 4)
    rates = (await raw.call("GET", "/api/v3/account/commission", symbol="BTCUSDT"))[1]
    assert rates["standardCommission"]["taker"] == "0.00040000"
    fees = (await raw.call("GET", "/sapi/v1/asset/tradeFee", symbol="BTCUSDT"))[1]
    assert fees[0]["symbol"] == "BTCUSDT"
    assert D(fees[0]["takerCommission"]) == D("0.0004")


@pytest.mark.conformance(Row.RETENTION, SPOT)
async def test_an_unfilled_order_is_archived_after_ninety_days(timed) -> None:
    raw, _, clock = timed
    canceled = (await raw.order(newClientOrderId="gone"))[1]
    await raw.call("DELETE", ORDER, symbol="BTCUSDT", orderId=canceled["orderId"])
    filled = (await raw.order(**MARKET, quantity="0.1"))[1]
    is_open = (await raw.order())[1]
    clock.advance(90 * DAY_MS)
    assert (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=canceled["orderId"]))[0] == 200
    clock.advance(1)
    for wanted in ({"orderId": canceled["orderId"]}, {"origClientOrderId": "gone"}):
        status, body = await raw.call("GET", ORDER, symbol="BTCUSDT", **wanted)
        assert (status, body["code"]) == (400, -2026)
    for order in (filled, is_open):
        assert (await raw.call("GET", ORDER, symbol="BTCUSDT", orderId=order["orderId"]))[0] == 200
    rows = (await raw.call("GET", "/api/v3/allOrders", symbol="BTCUSDT"))[1]
    assert [row["orderId"] for row in rows] == [filled["orderId"], is_open["orderId"]]


@pytest.mark.conformance(Row.PRIVATE_EXECUTIONS, SPOT)
async def test_trades_are_found_in_every_combination_and_no_other(timed) -> None:
    raw, _, clock = timed
    orders = []
    for _ in range(3):
        orders.append((await raw.order(**MARKET, quantity="0.01"))[1])
        clock.advance(60_000)
    path, wanted = "/api/v3/myTrades", {"symbol": "BTCUSDT"}
    ids = [order["fills"][0]["tradeId"] for order in orders]
    first, second, third = (order["transactTime"] for order in orders)

    async def found(**parameters: object) -> list[int]:
        status, rows = await raw.call("GET", path, **wanted, **parameters)
        assert status == 200, rows
        return [row["id"] for row in rows]

    assert await found() == ids
    assert await found(limit=2) == ids[1:]
    assert await found(orderId=orders[1]["orderId"]) == [ids[1]]
    assert await found(fromId=ids[1]) == ids[1:]
    assert await found(fromId=ids[0], limit=1) == ids[:1]
    assert await found(startTime=second) == ids[1:]
    assert await found(endTime=second) == ids[:2]
    assert await found(startTime=first + 1, endTime=third - 1) == [ids[1]]
    assert await found(orderId=orders[1]["orderId"], fromId=ids[2]) == []
    for parameters, code in (
        ({"fromId": 1, "startTime": first}, -1128),
        ({"orderId": 1, "endTime": third}, -1128),
        ({"startTime": first, "endTime": first + DAY_MS + 1}, -1127),
        ({"fromId": "x"}, -1100),
    ):
        status, body = await raw.call("GET", path, **wanted, **parameters)
        assert (status, body["code"]) == (400, code), parameters


async def test_orders_are_paged_by_id_and_by_time(timed) -> None:
    raw, _, clock = timed
    orders = []
    for _ in range(3):
        orders.append((await raw.order())[1])
        clock.advance(60_000)
    ids = [order["orderId"] for order in orders]

    async def found(**parameters: object) -> list[int]:
        return [
            row["orderId"] for row in (await raw.call("GET", "/api/v3/allOrders", symbol="BTCUSDT", **parameters))[1]
        ]

    assert await found() == ids
    assert await found(limit=1) == ids[2:]
    assert await found(orderId=ids[1]) == ids[1:]
    assert await found(startTime=orders[1]["transactTime"], limit=1) == [ids[1]]
    assert await found(endTime=orders[0]["transactTime"]) == ids[:1]
    span = {"startTime": raw.now() - DAY_MS - 1, "endTime": raw.now()}
    assert (await raw.call("GET", "/api/v3/allOrders", symbol="BTCUSDT", **span))[1]["code"] == -1127


@pytest.mark.conformance(Row.RATE_LIMITS, SPOT, approximate="by how much a fill lowers the counts is assumed")
async def test_an_order_that_fills_does_not_count(timed) -> None:
    raw, _, _ = timed

    async def counts() -> list[int]:
        return [row["count"] for row in (await raw.call("GET", "/api/v3/rateLimit/order"))[1]]

    for _ in range(3):
        await raw.order()
    assert await counts() == [3, 3]
    await raw.order(**MARKET, quantity="0.1")
    assert await counts() == [3, 3]
    await raw.order(quantity="100")  # Refused by the matching engine.
    assert await counts() == [3, 3]


@pytest.mark.parametrize(
    ("method", "path", "parameters", "weight"),
    [
        ("GET", "/api/v3/account", {}, 20),
        ("GET", "/api/v3/order", {"symbol": "BTCUSDT", "orderId": 1}, 4),
        ("GET", "/api/v3/openOrders", {"symbol": "BTCUSDT"}, 6),
        ("GET", "/api/v3/openOrders", {}, 80),
        ("GET", "/api/v3/allOrders", {"symbol": "BTCUSDT"}, 20),
        ("GET", "/api/v3/myTrades", {"symbol": "BTCUSDT"}, 20),
        ("GET", "/api/v3/myTrades", {"symbol": "BTCUSDT", "orderId": 1}, 5),
        ("GET", "/api/v3/rateLimit/order", {}, 40),
        ("POST", "/api/v3/order", {}, 1),
        ("DELETE", "/api/v3/order", {}, 1),
        ("PUT", "/api/v3/order/amend/keepPriority", {}, 4),
        ("GET", "/api/v3/openOrderList", {}, 6),
        ("GET", "/api/v3/allOrderList", {}, 20),
    ],
)
@pytest.mark.conformance(Row.RATE_LIMITS, SPOT)
async def test_every_request_has_its_weight(timed, method: str, path: str, parameters: dict, weight: int) -> None:
    raw, _, _ = timed
    text = "&".join(f"{name}={value}" for name, value in (parameters | {"timestamp": raw.now()}).items())
    _, _, headers = await raw.request(method, path, text)
    assert headers["X-MBX-USED-WEIGHT-1M"] == str(weight)


async def test_the_wallet_of_a_spot_account(raw) -> None:
    async def asked(path: str, method: str = "GET", **parameters: object) -> object:
        status, body = await raw.call(method, path, **parameters)
        assert status == 200, body
        return body

    coins = {row["coin"]: row for row in await asked("/sapi/v1/capital/config/getall")}
    assert (D(coins["BTC"]["free"]), coins["BTC"]["networkList"][0]["network"]) == (10, "BTC")
    assert await asked("/sapi/v1/account/status") == {"data": "Normal"}
    restrictions = await asked("/sapi/v1/account/apiRestrictions")
    assert (restrictions["enableReading"], restrictions["enableSpotAndMarginTrading"]) == (True, True)
    assert restrictions["enableMargin"] is False
    assert (await asked("/sapi/v1/account/apiTradingStatus"))["data"]["isLocked"] is False
    assert (await asked("/sapi/v1/account/info"))["isFutureEnabled"] is False
    assert await asked("/sapi/v1/margin/allPairs") == []
    assert await asked("/sapi/v1/margin/isolated/allPairs") == []
    assert (await raw.request("GET", "/sapi/v1/system/status", "", signed=False))[1]["status"] == 0
    assets = await asked("/sapi/v3/asset/getUserAsset", "POST", needBtcValuation="true")
    assert {row["asset"] for row in assets} == {"BTC", "USDT", "ETH"}
    assert (await asked("/sapi/v1/asset/wallet/balance"))[0]["walletName"] == "Spot"


async def test_what_the_venue_has_no_more_or_not_for_this_account(raw, api) -> None:
    for method in ("POST", "PUT", "DELETE"):
        status, _, _ = await raw.request(method, "/api/v3/userDataStream", "", signed=False)
        assert status == 410
    for name in ("start", "ping", "stop"):
        assert (await api.call(f"userDataStream.{name}", signed=False))["error"]["code"] == -1020
    routed = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.1"}
    assert (await raw.call("POST", "/api/v3/sor/order", **routed))[1]["code"] == -1013
    assert (await api.call("sor.order.place", **routed))["error"]["code"] == -1013
    assert (await raw.call("GET", "/api/v3/myAllocations", symbol="BTCUSDT"))[1] == []
