"""What an account is told of itself by request: wallet, fees, log of movements, transfers, its key."""

from decimal import Decimal

import pytest

from venuesim.bybit.not_simulated import GETS, POSTS
from venuesim.exchange.vocabulary import MarginMode
from venuesim_bybit_helpers import API_KEY, SECRET
from venuesim_conformance import Row

SPOT, LINEAR = "bybit spot", "bybit linear"
CONTRACT = "BTC/USDT:USDT"
MARKET = {"category": "linear", "orderType": "Market", "price": None}


@pytest.fixture
async def still(venues) -> None:
    """Let the contract stand still, too, with the book of the pair."""
    await venues.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")


async def result(raw, path: str, **query: object) -> dict:
    answer = await raw.get(path, **query)
    assert answer["retCode"] == 0, answer
    return answer["result"]


async def wallet(raw, coin: str = "USDT") -> tuple[dict, dict]:
    (account,) = (await result(raw, "account/wallet-balance", accountType="UNIFIED", coin=coin))["list"]
    return account, account["coin"][0]


def numbers(row: dict, *names: str) -> list[Decimal]:
    return [Decimal(row[name]) for name in names]


@pytest.mark.conformance(
    Row.BALANCES, LINEAR, approximate="of the unified account only the settlement coin counts as collateral"
)
@pytest.mark.conformance(Row.LEVERAGE, LINEAR)
async def test_the_wallet_of_a_position_has_margins_and_unrealized_profit(raw, venues, still) -> None:
    await raw.placed(**MARKET, qty="1")
    await raw.placed(category="linear", price="64000", qty="1")
    await venues.control("POST", "market", {"symbol": CONTRACT, "price": "66000"})
    account, coin = await wallet(raw)
    fee = Decimal(65001) * Decimal("0.00055")
    assert numbers(coin, "walletBalance", "unrealisedPnl", "equity") == [1_000_000 - fee, 999, 1_000_999 - fee]
    assert numbers(coin, "cumRealisedPnl") == [-fee]
    position_margin, order_margin, maintenance = numbers(coin, "totalPositionIM", "totalOrderIM", "totalPositionMM")
    assert position_margin >= 6600  # Ten times leverage on the mark value, and perhaps the fee of closing.
    assert order_margin > 0
    assert maintenance < position_margin / 2
    (everything,) = (await result(raw, "account/wallet-balance", accountType="UNIFIED"))["list"]
    assert [row["coin"] for row in everything["coin"]] == ["USDT", "BTC", "ETH"]
    assert numbers(account, "totalPerpUPL") == [999]
    assert numbers(account, "totalInitialMargin") == [position_margin + order_margin]
    assert numbers(account, "totalMarginBalance") == numbers(account, "totalEquity")
    assert numbers(account, "totalMarginBalance")[0] == sum(numbers(account, "totalWalletBalance", "totalPerpUPL"))
    rate = (position_margin + order_margin) / numbers(account, "totalMarginBalance")[0]
    assert numbers(account, "accountIMRate") == [rate.quantize(Decimal("0.0001"))]
    free = numbers(account, "totalMarginBalance")[0] - position_margin - order_margin
    assert numbers(account, "totalAvailableBalance") == [free]


async def test_in_isolated_mode_the_sums_over_coins_are_empty(raw, venues) -> None:
    venues.simulator.venues["bybit"].exchange.accounts[API_KEY].margin_mode = MarginMode.ISOLATED
    account, coin = await wallet(raw)
    empty = ("accountIMRate", "accountMMRate", "totalWalletBalance", "totalAvailableBalance", "totalInitialMargin")
    assert {account[name] for name in empty} == {""}
    assert (Decimal(account["totalEquity"]) > 0, coin["walletBalance"]) == (True, "1000000")
    assert (await result(raw, "account/info"))["marginMode"] == "ISOLATED_MARGIN"


@pytest.mark.conformance(Row.BALANCES, SPOT)
async def test_spot_orders_lock_what_they_give(raw) -> None:
    await raw.placed(price="63000", qty="0.1")
    account, coin = await wallet(raw)
    assert (coin["locked"], coin["walletBalance"], coin["equity"]) == ("6300", "1000000", "1000000")
    before, after = numbers(account, "totalMarginBalance", "totalAvailableBalance")
    assert before - after == 6300
    assert (await result(raw, "account/withdrawal", coinName="USDT,BTC"))["availableWithdrawalMap"] == {
        "USDT": "993700",
        "BTC": "10",
    }


@pytest.mark.conformance(Row.FEES, SPOT, LINEAR)
async def test_fee_rates_are_those_that_trades_pay(raw, venues) -> None:
    (spot,) = (await result(raw, "account/fee-rate", category="spot", symbol="BTCUSDT"))["list"]
    (linear,) = (await result(raw, "account/fee-rate", category="linear", symbol="BTCUSDT"))["list"]
    assert (spot["makerFeeRate"], spot["takerFeeRate"]) == ("0.001", "0.001")
    assert (linear["makerFeeRate"], linear["takerFeeRate"]) == ("0.0002", "0.00055")
    terms = venues.simulator.venues["bybit"].exchange.accounts[API_KEY].fee_terms
    terms.maker_rate = Decimal("-0.0001")
    rows = (await result(raw, "account/fee-rate", category="linear"))["list"]
    assert {row["makerFeeRate"] for row in rows} == {"-0.0001"}
    assert rows == (await result(raw, "account/fee-rate"))["list"]
    assert (await raw.get("account/fee-rate", category="linear", symbol="NOPE"))["retCode"] == 10001


# The log


@pytest.mark.conformance(Row.FLOWS, SPOT, LINEAR)
async def test_every_movement_is_logged_and_the_changes_add_up(raw, venues, still) -> None:
    await raw.placed(orderType="Market", price=None, qty="0.1", marketUnit="baseCoin")
    await raw.placed(**MARKET, qty="0.5", orderLinkId="long")
    await raw.placed(**MARKET, side="Sell", qty="0.2")
    rows = (await result(raw, "account/transaction-log", accountType="UNIFIED"))["list"]
    sold, bought, *spot = rows
    assert [row["category"] for row in rows] == ["linear", "linear", "spot", "spot"]
    assert (bought["side"], bought["qty"], bought["size"], bought["orderLinkId"]) == ("Buy", "0.5", "0.5", "long")
    assert (sold["side"], sold["qty"], sold["size"], sold["type"]) == ("Sell", "0.2", "0.3", "TRADE")
    assert (sold["cashFlow"], sold["feeRate"]) == ("-0.4", "0.00055")
    assert Decimal(sold["fee"]) == Decimal("0.2") * 64999 * Decimal("0.00055")
    by_coin = {row["currency"]: row for row in spot}
    assert (by_coin["BTC"]["qty"], by_coin["BTC"]["fee"], by_coin["USDT"]["cashFlow"]) == ("0.1", "0.0001", "-6500.1")
    for row in rows:
        funding = Decimal(row["funding"] or 0)
        assert Decimal(row["change"]) == Decimal(row["cashFlow"]) + funding - Decimal(row["fee"])
    usdt = [row for row in rows if row["currency"] == "USDT"]
    assert Decimal(usdt[0]["cashBalance"]) == 1_000_000 + sum(Decimal(row["change"]) for row in usdt)
    _, coin = await wallet(raw)
    assert coin["walletBalance"] == usdt[0]["cashBalance"]
    executions = (await raw.get("execution/list", category="linear"))["result"]["list"]
    assert [row["execId"] for row in executions] == [sold["tradeId"], bought["tradeId"]]


@pytest.mark.conformance(Row.FUNDING, LINEAR)
async def test_funding_is_a_settlement_in_the_log(timed) -> None:
    raw, sim, clock = timed
    await sim.freeze(CONTRACT, "65000", levels=3, level_quantity="1", half_spread="1")
    await raw.placed(**MARKET, side="Sell", qty="1")
    exchange = sim.simulator.venues["bybit"].exchange
    clock.advance(exchange.markets[CONTRACT].next_funding_ms - clock.now_ms())
    exchange.pass_time()
    (row,) = (await result(raw, "account/transaction-log", category="linear", type="SETTLEMENT"))["list"]
    assert (row["side"], row["qty"], row["size"], row["tradePrice"]) == ("Sell", "1", "-1", "65000")
    assert (row["funding"], row["change"], row["cashFlow"], row["feeRate"]) == ("6.5", "6.5", "0", "-0.0001")


async def test_the_log_is_read_page_by_page_and_filtered(raw, still) -> None:
    for number in range(5):
        await raw.placed(**MARKET, qty="0.001", orderLinkId=f"n{number}")
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await result(raw, "account/transaction-log", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [row["orderLinkId"] for row in page["list"]]
        cursor = page["nextPageCursor"]
    assert (seen, cursor) == (["n4", "n3", "n2", "n1", "n0"], "")
    for query, count in (
        ({"category": "spot"}, 0),
        ({"currency": "USDT"}, 5),
        ({"baseCoin": "BTC"}, 5),
        ({"type": "TRANSFER_IN"}, 0),
        ({"endTime": 1}, 0),
        ({"startTime": raw.clock.now_ms() - 604_000_000}, 0),  # A day from there, not until now.
        ({"startTime": raw.clock.now_ms() - 604_000_000, "endTime": raw.clock.now_ms()}, 5),
    ):
        assert len((await result(raw, "account/transaction-log", **query))["list"]) == count, query
    for wrong in (
        {"startTime": 1, "endTime": 604_800_002},
        {"accountType": "SPOT"},
        {"cursor": "x"},
        {"category": "x"},
    ):
        assert (await raw.get("account/transaction-log", **wrong))["retCode"] == 10001


# Transfers


@pytest.mark.conformance(Row.WALLET_TRANSFERS, SPOT, LINEAR)
async def test_coins_move_to_the_funding_wallet_and_back(raw) -> None:
    move = {
        "transferId": "t-1",
        "coin": "USDT",
        "amount": "250.5",
        "fromAccountType": "UNIFIED",
        "toAccountType": "FUND",
    }
    answer = await raw.post("asset/transfer/inter-transfer", move)
    assert (answer["retCode"], answer["retMsg"]) == (0, "success")
    assert answer["result"] == {"transferId": "t-1", "status": "SUCCESS"}
    (funding,) = (await result(raw, "asset/transfer/query-account-coins-balance", accountType="FUND", coin="USDT"))[
        "balance"
    ]
    assert funding == {"coin": "USDT", "walletBalance": "250.5", "transferBalance": "250.5", "bonus": ""}
    unified = await result(raw, "asset/transfer/query-account-coin-balance", accountType="UNIFIED", coin="USDT")
    assert unified["balance"]["walletBalance"] == "999749.5"
    back = {**move, "transferId": "t-2", "fromAccountType": "FUND", "toAccountType": "UNIFIED"}
    assert (await raw.post("asset/transfer/inter-transfer", back))["retCode"] == 0
    rows = (await result(raw, "account/transaction-log"))["list"]
    assert [(row["type"], row["change"]) for row in rows] == [("TRANSFER_IN", "250.5"), ("TRANSFER_OUT", "-250.5")]
    made = (await result(raw, "asset/transfer/query-inter-transfer-list"))["list"]
    assert [row["transferId"] for row in made] == ["t-2", "t-1"]
    assert (await result(raw, "asset/deposit/query-record"))["rows"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "1000001"}, 131212),
        ({"fromAccountType": "FUND", "toAccountType": "UNIFIED"}, 131212),
        ({"toAccountType": "UNIFIED"}, 10001),
        ({"fromAccountType": "CONTRACT"}, 10001),
        ({"coin": "NOPE"}, 10001),
        ({"amount": "-1"}, 10001),
    ],
)
async def test_a_wrong_transfer_moves_nothing(raw, changes: dict, code: int) -> None:
    move = {"transferId": "t", "coin": "USDT", "amount": "1", "fromAccountType": "UNIFIED", "toAccountType": "FUND"}
    assert (await raw.post("asset/transfer/inter-transfer", {**move, **changes}))["retCode"] == code
    assert (await wallet(raw))[1]["walletBalance"] == "1000000"


async def test_what_positions_need_cannot_leave(raw, still) -> None:
    await raw.placed(**MARKET, qty="2.5")
    amount = (await result(raw, "asset/withdraw/withdrawable-amount", coin="USDT"))["withdrawableAmount"]["UTA"]
    _, coin = await wallet(raw)
    assert Decimal(amount["withdrawableAmount"]) < Decimal(coin["walletBalance"]) - 16_000
    assert (await raw.post("asset/withdraw/create", {"coin": "USDT"}))["retCode"] == 10005


# The rest


@pytest.mark.conformance(Row.SIGNATURES, SPOT, LINEAR)
async def test_a_key_shows_what_it_may(raw, venues) -> None:
    key = await result(raw, "user/query-api")
    assert (key["readOnly"], key["uta"], key["isMaster"], key["ips"]) == (0, 1, True, ["*"])
    assert key["permissions"]["ContractTrade"] == ["Order", "Position"]
    assert key["permissions"]["Derivatives"] == ["DerivativesTrade"]
    assert key["permissions"]["Wallet"] == ["AccountTransfer"]
    account = {"api_key": API_KEY, "secret": SECRET, "permissions": ["read", "withdraw"]}
    await venues.control("POST", "accounts", account)
    key = await result(raw, "user/query-api")
    assert (key["readOnly"], key["permissions"]["Wallet"], key["permissions"]["Spot"]) == (1, ["Withdraw"], [])


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("account/collateral-info", {"currency": "BTC"}, "list"),
        ("account/borrow-history", {}, "list"),
        ("account/query-dcp-info", {}, "dcpInfos"),
        ("account/smp-group", {}, "smpGroup"),
        ("account/user-setting-config", {}, "lpaSpot"),
        ("account/instruments-info", {"category": "linear", "symbol": "BTCUSDT"}, "list"),
        ("account/instruments-info", {"category": "inverse"}, "list"),
        ("asset/coin-greeks", {}, "list"),
        ("asset/coin/query-info", {"coin": "BTC"}, "rows"),
        ("asset/deposit/query-address", {"coin": "BTC"}, "chains"),
        ("asset/withdraw/query-record", {}, "rows"),
        ("asset/exchange/order-record", {}, "orderBody"),
        ("asset/settlement-record", {"category": "linear"}, "list"),
        ("asset/delivery-record", {"category": "option"}, "list"),
        ("asset/transfer/query-transfer-coin-list", {"fromAccountType": "FUND", "toAccountType": "UNIFIED"}, "list"),
        ("user/get-member-type", {}, "accounts"),
        ("user/query-sub-members", {}, "subMembers"),
    ],
)
async def test_what_clients_ask_for_besides_is_answered(raw, path: str, query: dict, field: str) -> None:
    assert field in await result(raw, path, **query)


async def test_an_unknown_coin_or_a_wallet_without_one_is_refused(raw) -> None:
    assert (await raw.get("asset/deposit/query-address", coin="NOPE"))["retCode"] == 10001
    path = "asset/transfer/query-account-coins-balance"
    assert (await raw.get(path, accountType="UNIFIED"))["retCode"] == 10001
    assert (await raw.get(path, accountType="SPOT"))["retCode"] == 10001


@pytest.mark.conformance(Row.ERRORS, SPOT, LINEAR)
@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, paths in (("GET", GETS), ("POST", POSTS)) for path in paths[::4]]
)
async def test_what_is_not_simulated_is_not_permitted(raw, method: str, path: str) -> None:
    status, answer = await raw.send(method, f"/v5/{path}", body="{}" if method == "POST" else "")
    assert (status, answer["retCode"]) == (200, 10005)
    status, answer = await raw.send(method, f"/v5/{path}", changes={"X-BAPI-SIGN": "0" * 64})
    assert answer["retCode"] == 10004


async def test_nothing_is_announced_and_nothing_is_the_matter(raw) -> None:
    assert (await result(raw, "system/status"))["list"] == []
    assert (await result(raw, "announcements/index", locale="en-US"))["total"] == 0


async def test_nothing_is_lent_for_spot(raw) -> None:
    assert (await raw.get("spot-margin-trade/data", currency="USDT"))["result"] == {"vipCoinList": []}
    assert (await raw.get("spot-margin-trade/collateral"))["result"] == {"list": []}
