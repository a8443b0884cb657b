"""Protection through the real loop: durable with the fill, awake after its order has ended, there after a restart."""

from decimal import Decimal

import msgspec

from support.memory_journal import MemoryJournal
from support.running_desk import ACCOUNT, BALANCES, desk_on, limit_order, trading_desk
from support.scripted_venue import ScriptedVenue
from support.virtual_time import LoopClock, on_virtual_time
from tidegate.core.messages.commands import PlaceOrder
from tidegate.core.messages.effects import SendOrder
from tidegate.core.messages.values import Protection
from tidegate.core.policy import Policy
from tidegate.core.vocabulary import OrderType
from tidegate.ports import Clock
from tidegate.runtime.loop import LoopSettings

STOP = Protection(trigger_price=Decimal(45_000))
FORGETFUL = LoopSettings(closed_orders_kept=0)


def protected_order(clock: Clock) -> PlaceOrder:
    return msgspec.structs.replace(limit_order(clock), stop_loss=STOP)


def stops_sent(venue: ScriptedVenue) -> list[SendOrder]:
    return [
        effect for effect in venue.effects if isinstance(effect, SendOrder) and effect.order_type is OrderType.STOP_LOSS
    ]


def fills_entries_only(venue: ScriptedVenue, send: SendOrder) -> None:
    """Entries fill at once; stops rest."""
    if send.protective:
        venue.accept(send)
    else:
        venue.fill(send)


@on_virtual_time
async def test_the_stop_leaves_once_the_fill_is_durable() -> None:
    journal = MemoryJournal()
    clock = LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        venue.script = lambda send: fills_entries_only(venue, send)
        await running.closed(protected_order(clock))
        await running.until(lambda: bool(stops_sent(venue)))
        [stop] = stops_sent(venue)
        assert stop.quantity == Decimal("0.00999"), "what the fee has left of it"
        fill = next(batch for batch in journal.committed if batch.executions)
        assert stop.order_id in fill.orders, "one transaction"


@on_virtual_time
async def test_a_refused_stop_is_sent_again_after_its_order_has_ended() -> None:
    clock = LoopClock()
    async with trading_desk(MemoryJournal(), clock, FORGETFUL) as (running, venue):

        def refuse_stops(send: SendOrder) -> None:
            if send.protective:
                venue.refuse(send)
            else:
                venue.fill(send)

        venue.script = refuse_stops
        await running.closed(protected_order(clock))
        await running.until(lambda: len(stops_sent(venue)) >= 4)
        first, *_, last = stops_sent(venue)
        pauses = last.intended_at - first.intended_at
        assert Policy().back_off_min * 3 <= pauses < Policy().protection_pause_max, "none, one, and twice that"


@on_virtual_time
async def test_a_restarted_desk_knows_what_it_protects() -> None:
    journal, clock = MemoryJournal(), LoopClock()
    async with trading_desk(journal, clock) as (running, venue):
        venue.script = lambda send: fills_entries_only(venue, send)
        order = await running.closed(protected_order(clock))
        await running.until(lambda: bool(stops_sent(venue)))
        await running.catch_up()
    async with desk_on(journal, clock) as again:
        session = ScriptedVenue(ACCOUNT, again.loop.report, clock, balances=BALANCES)
        session.orders = venue.orders
        await again.connect(session)
        [stop] = again.desk.legs_of(order.order_id)
        assert again.desk.orders[order.order_id].guarding
        assert stop.leaves_quantity == Decimal("0.00999")
        assert not stops_sent(session), "it is there already"
