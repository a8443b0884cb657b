"""OKX's own Python client trades swaps: orders, stops, positions and settings, with only its URLs changed."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from okx.Account import AccountAPI
from okx.Trade import TradeAPI

from venuesim_okx_helpers import Desk

KEYS = ("k" * 64, "s" * 64, "correct horse")
PAIR = "BTC-USDT"
SWAP = "BTC-USDT-SWAP"

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes/text content:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
    pytest.mark.conformance("The venue's own SDK", "okx swap", "okx spot"),
]


class Sdk:
    """The client's trading classes; each call runs in a thread."""

    def __init__(self, url: str) -> None:
        self.trade = TradeAPI(*KEYS, flag="0", domain=url)
        self.account = AccountAPI(*KEYS, flag="0", domain=url)

    async def call(self, method: Callable[..., dict], *args: object, code: str = "0", **parameters: object) -> list:
        """Return the data of an answer whose code is checked."""
        answer = await asyncio.to_thread(method, *args, **parameters)
        assert answer["code"] == code, answer
        return answer["data"]


@pytest.fixture
async def sdk(desk: Desk, venues) -> AsyncIterator[Sdk]:
    assert desk is not None, "the swap is frozen"
    client = Sdk(venues.url("okx", "rest"))
    yield client
    for api in (client.trade, client.account):
        await asyncio.to_thread(api.close)


async def test_a_day_in_swaps(sdk: Sdk, venues) -> None:
    trade, account, call = sdk.trade, sdk.account, sdk.call
    (config,) = await call(account.get_account_config)
    assert (config["acctLv"], config["posMode"]) == ("2", "net_mode")
    await call(account.set_leverage, lever="10", mgnMode="cross", instId=SWAP)
    assert (await call(account.get_leverage, mgnMode="cross", instId=SWAP))[0]["lever"] == "10"
    (size,) = await call(account.get_max_order_size, instId=SWAP, tdMode="cross")
    assert float(size["maxBuy"]) > 1000
    (avail,) = await call(account.get_max_avail_size, instId=SWAP, tdMode="cross")
    assert avail["availBuy"] == "1000000"

    attached = [{"tpTriggerPx": "66000", "tpOrdPx": "-1", "slTriggerPx": "64000", "slOrdPx": "-1"}]
    (entry,) = await call(
        trade.place_order, instId=SWAP, tdMode="cross", side="buy", ordType="limit", px="65001", sz="10",
        attachAlgoOrds=attached,
    )  # fmt: skip
    (order,) = await call(trade.get_order, instId=SWAP, ordId=entry["ordId"])
    assert (order["state"], order["lever"], order["attachAlgoOrds"][0]["slTriggerPx"]) == ("filled", "10", "64000")
    (position,) = await call(account.get_positions, instType="SWAP")
    assert (position["pos"], position["lever"]) == ("10", "10")
    (algo,) = await call(trade.order_algos_list, ordType="oco")
    await call(trade.amend_algo_order, instId=SWAP, algoId=algo["algoId"], newSlTriggerPx="63500", newSlOrdPx="-1")
    (shown,) = await call(trade.get_algo_order_details, algoId=algo["algoId"])
    assert shown["slTriggerPx"] == "63500"
    await call(trade.cancel_algo_order, [{"instId": SWAP, "algoId": algo["algoId"]}])
    (past,) = await call(trade.order_algos_history, ordType="oco", state="canceled")
    assert past["algoId"] == algo["algoId"]

    (stop,) = await call(
        trade.place_algo_order, instId=SWAP, tdMode="cross", side="sell", ordType="conditional", sz="4",
        slTriggerPx="64900", slOrdPx="-1", reduceOnly=True,
    )  # fmt: skip
    await venues.freeze("BTC/USDT:USDT", "64900", levels=3, level_quantity="1", half_spread="1")
    (fired,) = await call(trade.get_algo_order_details, algoId=stop["algoId"])
    assert (fired["state"], fired["actualSide"]) == ("effective", "sl")
    await call(trade.close_positions, instId=SWAP, mgnMode="cross")
    assert await call(account.get_positions) == []
    (closed,) = await call(account.get_positions_history)
    assert (closed["closeTotalPos"], closed["type"]) == ("10", "2")
    assert len(await call(trade.get_fills, instType="SWAP")) == 3
    assert (await call(account.get_fee_rates, instType="SWAP", instId=SWAP))[0]["takerU"] == "-0.0005"
    assert (await call(account.get_position_risk))[0]["posData"] == []


async def test_orders_in_batches_with_numbers_for_amounts(sdk: Sdk) -> None:
    trade, call = sdk.trade, sdk.call
    order = {"instId": PAIR, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": 64000, "sz": 0.001}
    placed = await call(trade.place_multiple_orders, [{**order, "clOrdId": f"n{number}"} for number in range(3)])
    changes = [{"instId": PAIR, "ordId": row["ordId"], "newSz": 0.002} for row in placed]
    assert [row["sCode"] for row in await call(trade.amend_multiple_orders, changes)] == ["0"] * 3
    await call(trade.amend_order, instId=PAIR, clOrdId="n0", newPx=63900)
    (shown,) = await call(trade.get_order, instId=PAIR, clOrdId="n0")
    assert (shown["px"], shown["sz"]) == ("63900", "0.002")
    assert len(await call(trade.get_order_list, instType="SPOT")) == 3
    await call(trade.cancel_order, instId=PAIR, clOrdId="n0")
    await call(trade.cancel_multiple_orders, [{"instId": PAIR, "ordId": row["ordId"]} for row in placed[1:]])
    assert len(await call(trade.get_orders_history, instType="SPOT", state="canceled")) == 3
    (late,) = await call(trade.cancel_order, instId=PAIR, clOrdId="n0", code="1")
    assert late["sCode"] == "51400"


async def test_long_short_mode_and_isolated_margin(sdk: Sdk) -> None:
    trade, account, call = sdk.trade, sdk.account, sdk.call
    await call(account.set_position_mode, posMode="long_short_mode")
    await call(account.set_leverage, lever="5", mgnMode="isolated", instId=SWAP, posSide="long")
    await call(
        trade.place_order, instId=SWAP, tdMode="isolated", side="buy", posSide="long", ordType="market", sz="5"
    )  # fmt: skip
    (position,) = await call(account.get_positions)
    assert (position["posSide"], position["mgnMode"], position["lever"]) == ("long", "isolated", "5")
    (added,) = await call(account.adjustment_margin, instId=SWAP, posSide="long", type="add", amt="10")
    assert added["amt"] == "10"
    refused = await call(
        trade.place_order, instId=SWAP, tdMode="isolated", side="buy", ordType="market", sz="5", code="1"
    )  # fmt: skip
    assert refused[0]["sCode"] == "51000"
    await call(account.set_position_mode, posMode="net_mode", code="59000")
    await call(trade.close_positions, instId=SWAP, mgnMode="isolated", posSide="long")
    await call(account.set_position_mode, posMode="net_mode")
    await call(account.set_account_level, acctLv="1")
