"""OKX's own Python client, python-okx, lives through a day of trading with only its URLs changed."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace

import pytest
import websockets
from okx.Account import AccountAPI
from okx.Funding import FundingAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Status import StatusAPI
from okx.SubAccount import SubAccountAPI
from okx.Trade import TradeAPI
from okx.websocket import WebSocketFactory, WsPrivateAsync, WsPublicAsync

KEYS = ("k" * 64, "s" * 64, "correct horse")
PAIR = "BTC-USDT"
SWAP = "BTC-USDT-SWAP"

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=<...>' to upload raw bytes/text content:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning"),
]


class Sdk:
    """The client's classes at the simulated OKX. They wait for each answer, so that calls run in a thread."""

    def __init__(self, url: str) -> None:
        signed = {"flag": "0", "domain": url}
        self.trade = TradeAPI(*KEYS, **signed)
        self.account = AccountAPI(*KEYS, **signed)
        self.funding = FundingAPI(*KEYS, **signed)
        self.sub_account = SubAccountAPI(*KEYS, **signed)
        self.market = MarketAPI(**signed)
        self.public = PublicAPI(**signed)
        self.status = StatusAPI(**signed)

    async def call(self, method: Callable[..., dict], *args: object, code: str = "0", **parameters: object) -> list:
        """Return the data of an answer whose code is checked."""
        answer = await asyncio.to_thread(method, *args, **parameters)
        assert answer["code"] == code, answer
        return answer["data"]

    def close(self) -> None:
        for api in vars(self).values():
            api.close()


@pytest.fixture
async def sdk(venues) -> AsyncIterator[Sdk]:
    await venues.freeze("BTC/USDT:USDT", "65000", levels=3, level_quantity="1", half_spread="1")
    client = Sdk(venues.url("okx", "rest"))
    yield client
    await asyncio.to_thread(client.close)


class Stream:
    """One of the client's sockets, and what it heard."""

    def __init__(self, client: object) -> None:
        self.client = client
        self.frames: list[dict] = []
        self._reading: asyncio.Task | None = None

    def hear(self, text: str) -> None:
        self.frames.append(json.loads(text))

    async def start(self) -> None:
        self._reading = await self.client.start()

    async def subscribe(self, *args: dict) -> None:
        await self.client.subscribe(list(args), self.hear)
        for arg in args:
            await self.until(lambda frame, arg=arg: frame.get("event") == "subscribe" and frame["arg"] == arg)

    async def until(self, is_wanted: Callable[[dict], bool]) -> dict:
        """Return the first frame heard that is wanted."""

        async def found() -> dict:
            while True:
                for frame in self.frames:
                    if is_wanted(frame):
                        return frame
                await asyncio.sleep(0.005)

        return await asyncio.wait_for(found(), 5)

    async def told(self, channel: str, is_wanted: Callable[[dict], bool] = lambda _: True) -> dict:
        """Return the first row told on a channel that is wanted."""

        def wanted(frame: dict) -> bool:
            return frame.get("arg", {}).get("channel") == channel and any(map(is_wanted, frame.get("data", [])))

        return next(filter(is_wanted, (await self.until(wanted))["data"]))

    async def stop(self) -> None:
        await self.client.stop()
        await self._reading


@pytest.fixture
def quick_sockets(monkeypatch) -> None:
    """Let the client open sockets without TLS, and not sleep five seconds after a login."""

    async def connect(factory: WebSocketFactory.WebSocketFactory) -> object:
        factory.websocket = await websockets.connect(factory.url)
        return factory.websocket

    async def sleep(_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(WebSocketFactory.WebSocketFactory, "connect", connect)
    monkeypatch.setattr(WsPrivateAsync, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))


@pytest.mark.conformance("The venue's own SDK", "okx spot")
@pytest.mark.conformance("The venue's own SDK", "okx swap")
async def test_the_morning_is_spent_looking_at_the_market(sdk, caplog) -> None:
    caplog.set_level(logging.WARNING)
    assert (await sdk.call(sdk.status.status)) == []
    assert int((await sdk.call(sdk.public.get_system_time))[0]["ts"]) > 0
    (pair,) = await sdk.call(sdk.public.get_instruments, "SPOT", instId=PAIR)
    (swap,) = await sdk.call(sdk.public.get_instruments, "SWAP", instId=SWAP)
    assert (pair["tickSz"], pair["baseCcy"], pair["state"]) == ("0.1", "BTC", "live")
    assert (swap["ctVal"], swap["ctValCcy"], swap["settleCcy"], swap["ctType"]) == ("0.01", "BTC", "USDT", "linear")
    for name in (PAIR, SWAP):
        (ticker,) = await sdk.call(sdk.market.get_ticker, name)
        (book,) = await sdk.call(sdk.market.get_orderbook, name, sz="3")
        assert (ticker["bidPx"], ticker["askPx"]) == (book["bids"][0][0], book["asks"][0][0])
        candles = await sdk.call(sdk.market.get_candlesticks, name, bar="1H", limit="5")
        assert len(candles) == 5
        assert [len(row) for row in candles] == [9] * 5
        assert len(await sdk.call(sdk.market.get_history_candlesticks, name, bar="1Dutc", limit="2")) == 2
        assert len((await sdk.call(sdk.market.get_mark_price_candlesticks, name, limit="1"))[0]) == 6
        assert (await sdk.call(sdk.market.get_trades, name, limit="1"))[0]["instId"] == name
        await sdk.call(sdk.market.get_history_trades, name)
        assert (await sdk.call(sdk.public.get_price_limit, name))[0]["enabled"] is True
    assert len(await sdk.call(sdk.market.get_tickers, "SWAP")) >= 20
    assert (await sdk.call(sdk.market.get_index_tickers, instId=PAIR))[0]["idxPx"] == "65000"
    assert len(await sdk.call(sdk.market.get_index_candlesticks, PAIR, limit="2")) == 2
    assert (await sdk.call(sdk.public.get_mark_price, "SWAP", instId=SWAP))[0]["markPx"] == "65000"
    assert (await sdk.call(sdk.public.get_funding_rate, SWAP))[0]["fundingRate"] == "0.0001"
    assert len(await sdk.call(sdk.public.funding_rate_history, SWAP, limit="3")) == 3
    assert (await sdk.call(sdk.public.get_open_interest, "SWAP", instId=SWAP))[0]["instId"] == SWAP
    assert (await sdk.call(sdk.public.get_position_tiers, "SWAP", "cross", instFamily=PAIR))[0]["maxLever"] == "100"
    assert PAIR in (await sdk.call(sdk.public.get_underlying, "SWAP"))[0]
    await sdk.call(sdk.public.get_insurance_fund, "SWAP", instFamily=PAIR)
    (converted,) = await sdk.call(sdk.public.get_convert_contract_coin, "1", SWAP, "0.123")
    assert converted["sz"] == "12.3"
    assert (await sdk.call(sdk.market.get_index_components, PAIR))["index"] == PAIR
    await sdk.call(sdk.market.get_exchange_rate)
    await sdk.call(sdk.market.get_volume)
    assert not caplog.records


@pytest.mark.conformance("Income, bills, transaction log", "okx spot")
@pytest.mark.conformance("Transfers between wallets", "okx spot", "okx swap")
async def test_money_is_moved_between_the_accounts_and_found_in_the_bills(sdk, caplog) -> None:
    caplog.set_level(logging.WARNING)
    assert {"USDT", "BTC"} <= {row["ccy"] for row in await sdk.call(sdk.funding.get_currencies)}
    assert (await sdk.call(sdk.funding.get_balances)) == []
    (moved,) = await sdk.call(sdk.funding.funds_transfer, "USDT", "1000", "18", "6")
    assert (moved["from"], moved["to"], moved["amt"]) == ("18", "6", "1000")
    (state,) = await sdk.call(sdk.funding.transfer_state, moved["transId"])
    assert state["state"] == "success"
    assert await sdk.call(sdk.funding.get_balances, "USDT") == [
        {"availBal": "1000", "bal": "1000", "ccy": "USDT", "frozenBal": "0"}
    ]
    await sdk.call(sdk.funding.funds_transfer, "USDT", 400, "6", "18")
    bills = await sdk.call(sdk.account.get_account_bills, ccy="USDT", type="1")
    assert [(b["subType"], b["balChg"], b["bal"], b["from"], b["to"]) for b in bills] == [
        ("11", "400", "999400", "6", "18"),
        ("12", "-1000", "999000", "18", "6"),
    ]
    assert [b["balChg"] for b in await sdk.call(sdk.funding.get_bills)] == ["-400", "1000"]
    assert float((await sdk.call(sdk.funding.get_asset_valuation, "USDT"))[0]["details"]["funding"]) == 600
    assert (await sdk.call(sdk.funding.get_deposit_history)) == []
    assert (await sdk.call(sdk.funding.get_withdrawal_history)) == []
    await sdk.call(sdk.funding.funds_transfer, "USDT", "5000", "6", "18", code="58350")
    await sdk.call(sdk.funding.funds_transfer, "BTC", "1", "6", "6", code="58123")
    await sdk.call(sdk.funding.funds_transfer, "BTC", "0", "6", "18", code="58114")
    await sdk.call(sdk.sub_account.get_subaccount_list, code="50030")
    assert {row["type"] for row in await sdk.call(sdk.account.get_bill_type)} >= {"1", "2", "8"}
    assert not caplog.records


@pytest.mark.usefixtures("quick_sockets")
@pytest.mark.conformance("Private stream: orders", "okx spot")
@pytest.mark.conformance("Private stream: orders", "okx swap")
async def test_orders_are_placed_heard_of_and_found_in_the_records(sdk, venues, caplog) -> None:
    caplog.set_level(logging.WARNING)
    stream = Stream(WsPrivateAsync.WsPrivateAsync(KEYS[0], KEYS[2], KEYS[1], venues.url("okx", "ws") + "/private"))
    await stream.start()
    await stream.subscribe({"channel": "orders", "instType": "ANY"}, {"channel": "account"})
    (placed,) = await sdk.call(sdk.trade.place_order, PAIR, "cash", "buy", "limit", "0.01", px="60000", clOrdId="rest1")
    told = await stream.told("orders", lambda row: row["clOrdId"] == "rest1")
    assert (told["ordId"], told["state"], told["instType"]) == (placed["ordId"], "live", "SPOT")
    assert (await sdk.call(sdk.trade.get_order, PAIR, clOrdId="rest1"))[0]["state"] == "live"
    await sdk.call(sdk.trade.cancel_order, PAIR, clOrdId="rest1")
    await stream.told("orders", lambda row: row["clOrdId"] == "rest1" and row["state"] == "canceled")
    await sdk.call(sdk.trade.place_order, SWAP, "cross", "buy", "market", 2, clOrdId="swap1")
    filled = await stream.told("orders", lambda row: row["clOrdId"] == "swap1" and row["state"] == "filled")
    assert (filled["instType"], filled["fillSz"], filled["accFillSz"]) == ("SWAP", "2", "2")
    assert (await sdk.call(sdk.trade.get_fills, instType="SWAP"))[0]["fillSz"] == "2"
    assert len(await sdk.call(sdk.account.get_instruments, "SWAP")) > 20
    assert await sdk.call(sdk.account.get_greeks) == []
    assert (await sdk.call(sdk.account.get_max_withdrawal, "BTC"))[0]["maxWd"] == "10"
    (balance,) = await sdk.call(sdk.account.get_account_balance, "USDT")
    assert float(balance["details"][0]["imr"]) > 0
    (bill,) = await sdk.call(sdk.account.get_account_bills, instType="SWAP")
    assert (bill["type"], bill["subType"], bill["sz"], bill["instId"]) == ("2", "1", "2", SWAP)
    await stream.client.place_order(
        [{"instId": PAIR, "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.01", "px": "60000"}], id="9"
    )
    answer = await stream.until(lambda frame: frame.get("id") == "9")
    assert (answer["op"], answer["code"]) == ("order", "0")
    await stream.client.cancel_order([{"instId": PAIR, "ordId": answer["data"][0]["ordId"]}], id="10")
    assert (await stream.until(lambda frame: frame.get("id") == "10"))["code"] == "0"
    # Every subscription of the client logs in again.
    await stream.subscribe({"channel": "balance_and_position"})
    await stream.client.unsubscribe([{"channel": "account"}], stream.hear)
    await stream.until(lambda frame: frame.get("event") == "unsubscribe")
    await stream.stop()
    assert not caplog.records


@pytest.mark.usefixtures("quick_sockets")
@pytest.mark.conformance("Candles", "okx spot")
@pytest.mark.conformance("Candles", "okx swap")
async def test_the_public_and_the_business_socket_tell_the_market(venues, caplog) -> None:
    caplog.set_level(logging.WARNING)
    public, business = (
        Stream(WsPublicAsync.WsPublicAsync(venues.url("okx", "ws") + path)) for path in ("/public", "/business")
    )
    await public.start()
    await public.subscribe(
        {"channel": "instruments", "instType": "SWAP"},
        {"channel": "tickers", "instId": PAIR},
        {"channel": "books", "instId": SWAP},
        {"channel": "trades", "instId": PAIR},
        {"channel": "funding-rate", "instId": SWAP},
    )
    assert (await public.told("instruments", lambda row: row["instId"] == SWAP))["ctVal"] == "0.01"
    assert (await public.told("funding-rate"))["instId"] == SWAP
    await business.start()
    await business.subscribe(
        {"channel": "candle1m", "instId": PAIR}, {"channel": "mark-price-candle1D", "instId": SWAP}
    )
    await venues.control("POST", "market", {"symbol": "BTC/USDT", "price": "65100"})
    assert (await public.told("tickers", lambda row: row["last"] == "65100"))["instId"] == PAIR
    assert (await public.told("trades", lambda row: row["px"] == "65100"))["instId"] == PAIR
    assert len(await business.told("candle1m")) == 9
    assert len(await business.told("mark-price-candle1D")) == 6
    await public.stop()
    await business.stop()
    assert not caplog.records
