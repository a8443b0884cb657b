"""Placing, changing and canceling at Bybit: what its answers prove."""

from decimal import Decimal
from typing import Any

import pytest

from tidegate.core.messages.effects import SendAmend, SendCancel
from tidegate.core.messages.reports import LeverageReported
from tidegate.core.vocabulary import OrderType, RejectReason, Side, VenueOrderStatus
from tidegate.venues.bybit import account as account_module
from tidegate.venues.outcomes import CallFailed, Verdict
from tidegate.venues.values import MalformedError
from venue_bybit_rows import account, listing, order, stop
from venue_unit_helpers import ACCOUNT, CLIENT_ORDER_ID, NOW, ORDER_ID, send_order

SPOT, CONTRACT = "BTC/USDT", "BTC/USDT:USDT"
TAKEN: dict[str, Any] = {"retCode": 0, "result": {"orderId": "1523", "orderLinkId": CLIENT_ORDER_ID}}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_module, "AMENDED_AFTER_SECONDS", (0.0, 0.0, 0.0))


def failed(verdict: Verdict, code: str = "", message: str = "no") -> CallFailed:
    """A failed call."""
    return CallFailed(verdict, RejectReason.VENUE_ERROR, message, venue_code=code)


def ticker(last: str) -> dict[str, Any]:
    """What the tickers answer for one pair."""
    return listing({"symbol": "BTCUSDT", "lastPrice": last})


async def test_a_placed_order_has_the_venues_id() -> None:
    venue, client = account(TAKEN)
    placed = await venue.place(send_order())
    assert (placed.exchange_order_id, placed.reports) == ("1523", [])
    assert [path for _, path, _ in client.asked] == ["v5/order/create"]


async def test_an_answer_without_an_id_is_no_acceptance() -> None:
    venue, _ = account({"retCode": 0, "result": {}})
    with pytest.raises(MalformedError):
        await venue.place(send_order())


async def test_a_leverage_is_set_first_and_told_with_the_order() -> None:
    venue, client = account({"retCode": 0, "result": {}}, TAKEN)
    placed = await venue.place(send_order(symbol=CONTRACT, leverage=Decimal(5)))
    assert [type(report) for report in placed.reports] == [LeverageReported]
    assert [path for _, path, _ in client.asked] == ["v5/position/set-leverage", "v5/order/create"]


@pytest.mark.parametrize(
    ("order_type", "side", "last", "goes"),
    [
        (OrderType.STOP_LOSS, Side.SELL, "64000.1", True),
        (OrderType.STOP_LOSS, Side.SELL, "64000", False),
        (OrderType.STOP_LOSS, Side.BUY, "63999.9", True),
        (OrderType.STOP_LOSS, Side.BUY, "64000", False),
        (OrderType.TAKE_PROFIT, Side.SELL, "63999.9", True),
        (OrderType.TAKE_PROFIT, Side.SELL, "64001", False),
    ],
)
async def test_a_spot_trigger_that_the_market_has_passed_is_refused_before_it_turns_around(
    order_type: OrderType, side: Side, last: str, goes: bool
) -> None:
    venue, client = account(ticker(last), TAKEN)
    effect = send_order(order_type=order_type, side=side, price=None, trigger_price=Decimal(64_000))
    if goes:
        assert (await venue.place(effect)).exchange_order_id == "1523"
        return
    with pytest.raises(CallFailed) as raised:
        await venue.place(effect)
    assert (raised.value.verdict, raised.value.reason) == (Verdict.REFUSED, RejectReason.IMMEDIATE_MATCH_REFUSED)
    assert len(client.asked) == 1


@pytest.mark.parametrize("answer", [failed(Verdict.UNKNOWN), listing(), ticker("")])
async def test_a_market_that_cannot_be_looked_at_holds_no_stop_back(answer: Any) -> None:
    venue, _ = account(answer, TAKEN)
    effect = send_order(order_type=OrderType.STOP_LOSS, side=Side.SELL, price=None, trigger_price=Decimal(64_000))
    assert (await venue.place(effect)).exchange_order_id == "1523"


def amend(**changes: Any) -> SendAmend:
    """An amendment of the limit buy to 0.03 at 63,000."""
    return SendAmend(
        **{
            "account_id": ACCOUNT,
            "order_id": ORDER_ID,
            "attempt": 1,
            "amendment": 1,
            "symbol": SPOT,
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "exchange_client_order_id": CLIENT_ORDER_ID,
            "exchange_order_id": None,
            "conditional": False,
            "quantity": Decimal("0.03"),
            "price": Decimal(63_000),
            "intended_at": NOW,
            "expires_at": NOW,
            **changes,
        }
    )


AS_ASKED = {"qty": "0.03", "price": "63000"}


async def test_an_amendment_is_accepted_once_the_order_is_as_asked() -> None:
    venue, client = account(TAKEN, listing(order()), listing(), listing(order(**AS_ASKED)))
    (told,) = await venue.amend(amend())
    assert (getattr(told, "price", None), getattr(told, "quantity", None)) == (Decimal(63_000), Decimal("0.03"))
    assert [path for _, path, _ in client.asked] == ["v5/order/amend", *["v5/order/realtime"] * 3]


@pytest.mark.parametrize("sentence", ["The order remains unchanged as the parameters", "order not modified"])
async def test_an_order_that_is_as_asked_already_is_looked_at_all_the_same(sentence: str) -> None:
    venue, _ = account(failed(Verdict.REFUSED, "10001", sentence), listing(order(**AS_ASKED)))
    assert len(await venue.amend(amend())) == 1


async def test_an_amendment_that_filled_the_order_was_accepted() -> None:
    venue, _ = account(TAKEN, listing(order(**AS_ASKED, orderStatus="Filled", cumExecQty="0.03")))
    (told,) = await venue.amend(amend())
    assert getattr(told, "status", None) is VenueOrderStatus.FILLED


async def test_an_order_that_ended_first_was_not_changed() -> None:
    venue, _ = account(TAKEN, listing(order(orderStatus="Filled", cumExecQty="0.02")))
    with pytest.raises(CallFailed) as raised:
        await venue.amend(amend())
    assert (raised.value.verdict, raised.value.reason) == (Verdict.CLOSED, RejectReason.TOO_LATE)


@pytest.mark.parametrize("seen", [listing(order()), listing(), failed(Verdict.NOT_SENT), failed(Verdict.REFUSED)])
async def test_an_amendment_that_is_not_seen_is_unknown_whatever_keeps_it_from_being_seen(seen: Any) -> None:
    venue, _ = account(TAKEN, seen, seen, seen)
    with pytest.raises(CallFailed) as raised:
        await venue.amend(amend())
    assert raised.value.verdict is Verdict.UNKNOWN


async def test_a_refused_amendment_is_not_looked_for() -> None:
    venue, client = account(failed(Verdict.ABSENT, "110001"))
    with pytest.raises(CallFailed) as raised:
        await venue.amend(amend())
    assert (raised.value.verdict, len(client.asked)) == (Verdict.ABSENT, 1)


@pytest.mark.parametrize(
    ("seen", "fits"),
    [
        ({"triggerPrice": "62000"}, True),
        ({"triggerPrice": "63000"}, False),
        ({"triggerPrice": "63000", "orderStatus": "Triggered"}, True),
    ],
)
async def test_a_trigger_price_counts_until_the_order_is_set_off(seen: dict[str, str], fits: bool) -> None:
    wanted = amend(
        symbol=CONTRACT, side=Side.SELL, order_type=OrderType.STOP_LOSS, conditional=True, price=None,
        quantity=Decimal("0.02"), trigger_price=Decimal(62_000),
    )  # fmt: skip
    venue, _ = account(TAKEN, *[listing(stop(**seen))] * 3)
    if fits:
        assert len(await venue.amend(wanted)) == 1
    else:
        with pytest.raises(CallFailed):
            await venue.amend(wanted)


def cancel(symbol: str = SPOT, *, conditional: bool = False) -> SendCancel:
    """A cancel by our own id."""
    return SendCancel(
        account_id=ACCOUNT,
        order_id=ORDER_ID,
        symbol=symbol,
        exchange_client_order_id=CLIENT_ORDER_ID,
        exchange_order_id=None,
        conditional=conditional,
    )


async def test_a_conditional_spot_order_is_canceled_among_its_kind_and_where_it_goes_when_it_is_set_off() -> None:
    venue, client = account(failed(Verdict.ABSENT, "170213"), TAKEN)
    assert await venue.cancel(cancel(conditional=True)) == []
    assert [asked.get("orderFilter") for _, _, asked in client.asked] == ["StopOrder", None]


@pytest.mark.parametrize("effect", [cancel(), cancel(CONTRACT), cancel(CONTRACT, conditional=True)])
async def test_every_other_order_is_canceled_by_one_call(effect: SendCancel) -> None:
    venue, client = account(TAKEN)
    assert await venue.cancel(effect) == []
    assert ["orderFilter" in asked for _, _, asked in client.asked] == [False]


async def test_a_cancel_that_fails_otherwise_is_not_tried_twice() -> None:
    venue, client = account(failed(Verdict.UNKNOWN))
    with pytest.raises(CallFailed):
        await venue.cancel(cancel(conditional=True))
    assert len(client.asked) == 1
