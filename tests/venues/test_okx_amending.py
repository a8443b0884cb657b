"""OKX: amendments, which are acknowledged before they are made."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.identifiers import ExchangeOrderId
from tidegate.core.messages.effects import SendAmend
from tidegate.core.vocabulary import Exchange, OrderType, RejectReason, Side
from tidegate.venues.okx import amending
from tidegate.venues.okx.account import OkxAccount
from tidegate.venues.outcomes import CallFailed, Verdict
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ORDER_ID, ScriptedClient, seat

ACKNOWLEDGED = {"code": "0", "data": [{"ordId": "312", "sCode": "0", "sMsg": ""}]}
REQUEST_ID = f"{ORDER_ID}1x1"


def amend(**changes: Any) -> SendAmend:
    """A swap's limit buy is to be of five contracts at 63,000."""
    return SendAmend(
        **{
            "account_id": ACCOUNT,
            "order_id": ORDER_ID,
            "attempt": 1,
            "amendment": 1,
            "symbol": "BTC/USDT:USDT",
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "exchange_client_order_id": CLIENT_ORDER_ID,
            "exchange_order_id": ExchangeOrderId("312"),
            "conditional": False,
            "quantity": Decimal("0.05"),
            "price": Decimal(63_000),
            "intended_at": NOW,
            "expires_at": NOW + timedelta(seconds=3),
            **changes,
        }
    )


def row(**changes: Any) -> dict[str, Any]:
    """The order as it stands."""
    return {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "ordId": "312", "clOrdId": CLIENT_ORDER_ID, "side": "buy",
        "ordType": "limit", "sz": "5", "px": "63000", "accFillSz": "0", "state": "live", "algoId": "",
    } | changes  # fmt: skip


class Telling(ScriptedClient):
    """Pushes a row on the orders channel before it answers the amendment."""

    def __init__(self, pushed: dict[str, Any], *answers: Any) -> None:
        super().__init__(*answers)
        self.pushed = pushed
        self.venue: OkxAccount | None = None

    async def call(self, endpoint: Any, params: Any = None, **options: Any) -> Any:
        if endpoint.path == "trade/amend-order" and self.venue is not None:
            frame = {"arg": {"channel": "orders", "instType": "SWAP"}, "data": [self.pushed]}
            self.venue.read_frame(None, frame)
        return await super().call(endpoint, params, **options)


async def told(pushed: dict[str, Any], *answers: Any) -> Telling:
    """Amend while the channel tells something."""
    client = Telling(pushed, ACKNOWLEDGED, *answers)
    client.venue = OkxAccount(seat(Exchange.OKX, client))
    await client.venue.amend(amend())
    return client


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(amending, "TOLD_SECONDS_MAX", 0.05)


async def test_an_amendment_names_the_whole_quantity_in_contracts() -> None:
    client = await told(row(amendResult="0", reqId=REQUEST_ID))
    params = {"instId": "BTC-USDT-SWAP", "ordId": "312", "newSz": "5", "newPx": "63000", "reqId": REQUEST_ID}
    assert client.asked == [("POST", "trade/amend-order", params)]


async def test_an_amendment_that_the_channel_does_not_tell_of_is_looked_up() -> None:
    client = ScriptedClient(ACKNOWLEDGED, {"data": [row()]})
    (found,) = await OkxAccount(seat(Exchange.OKX, client)).amend(amend())
    assert getattr(found, "quantity", None) == Decimal("0.05")


async def test_an_amendment_of_a_reduced_order_is_looked_up_for_its_figures() -> None:
    client = await told(row(amendResult="0", amendSource="2", reqId=REQUEST_ID), {"data": [row()]})
    assert client.asked[-1][1] == "trade/order"


async def test_a_change_that_okx_took_is_not_told_as_unsent_when_the_order_cannot_be_seen() -> None:
    full = CallFailed(Verdict.NOT_SENT, RejectReason.RATE_LIMITED, "the rate budget left no room in time")
    with pytest.raises(CallFailed) as failed:
        await OkxAccount(seat(Exchange.OKX, ScriptedClient(ACKNOWLEDGED, full))).amend(amend())
    assert failed.value.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (row(sz="2"), Verdict.UNKNOWN),
        (row(px="64000"), Verdict.UNKNOWN),
        (row(sz="2", accFillSz="2", state="filled"), Verdict.CLOSED),
        (row(sz="2", state="canceled"), Verdict.CLOSED),
    ],
)
async def test_an_acknowledgement_is_not_believed_while_the_order_is_another(
    found: dict[str, Any], verdict: Verdict
) -> None:
    client = ScriptedClient(ACKNOWLEDGED, {"data": [found]})
    with pytest.raises(CallFailed) as failed:
        await OkxAccount(seat(Exchange.OKX, client)).amend(amend())
    assert failed.value.verdict is verdict


async def test_an_order_that_is_made_as_small_as_it_has_filled_is_as_asked() -> None:
    complete = row(sz="7", accFillSz="7", state="filled")
    await OkxAccount(seat(Exchange.OKX, ScriptedClient(ACKNOWLEDGED, {"data": [complete]}))).amend(amend())


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({"amendResult": "-1", "code": "51502"}, Verdict.REFUSED, RejectReason.INSUFFICIENT_FUNDS),
        ({"amendResult": "-1", "code": "51511"}, Verdict.REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED),
        ({"amendResult": "-1", "code": "51503"}, Verdict.ABSENT, RejectReason.UNKNOWN_ORDER),
        ({"amendResult": "-1", "code": "99999"}, Verdict.REFUSED, RejectReason.VENUE_ERROR),
        ({"amendResult": "-1", "code": ""}, Verdict.REFUSED, RejectReason.VENUE_ERROR),
        ({"amendResult": "1", "code": "0"}, Verdict.CLOSED, RejectReason.TOO_LATE),
    ],
)
async def test_an_amendment_that_fails_after_its_acknowledgement_is_told_as_failed(
    changes: dict[str, str], verdict: Verdict, reason: RejectReason
) -> None:
    with pytest.raises(CallFailed) as failed:
        await told(row(reqId=REQUEST_ID, msg="no", **changes))
    assert (failed.value.verdict, failed.value.reason) == (verdict, reason)


async def test_another_amendments_end_is_not_taken_for_this_ones() -> None:
    client = await told(row(amendResult="-1", reqId="another"), {"data": [row()]})
    assert client.asked[-1][1] == "trade/order"


async def test_a_waiting_orders_legs_are_named() -> None:
    asked = amend(
        order_type=OrderType.STOP_LIMIT, conditional=True, trigger_price=Decimal(64_000), exchange_order_id=None
    )
    client = ScriptedClient(ACKNOWLEDGED, CallFailed(Verdict.UNKNOWN, RejectReason.VENUE_ERROR, "busy"))
    with pytest.raises(CallFailed):
        await OkxAccount(seat(Exchange.OKX, client)).amend(asked)
    method, path, params = client.asked[0]
    assert (method, path) == ("POST", "trade/amend-algos")
    assert params == {
        "instId": "BTC-USDT-SWAP",
        "algoClOrdId": CLIENT_ORDER_ID,
        "newSz": "5",
        "newSlTriggerPx": "64000",
        "newSlTriggerPxType": "last",
        "newSlOrdPx": "63000",
        "reqId": REQUEST_ID,
    }


async def test_a_trailing_stop_is_refused_before_anything_is_sent() -> None:
    client = ScriptedClient()
    with pytest.raises(CallFailed) as failed:
        await OkxAccount(seat(Exchange.OKX, client)).amend(
            amend(order_type=OrderType.TRAILING_STOP, conditional=True, price=None)
        )
    assert (failed.value.verdict, client.asked) == (Verdict.REFUSED, [])


async def test_nothing_waits_for_an_amendment_that_was_canceled() -> None:
    client = ScriptedClient(ACKNOWLEDGED, {"data": [row()]})
    venue = OkxAccount(seat(Exchange.OKX, client))
    task = asyncio.create_task(venue.amend(amend()))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not venue._amending._awaited
