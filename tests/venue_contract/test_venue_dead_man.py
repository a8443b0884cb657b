"""The venues' own dead-man switches: what becomes of orders when the desk is silent, and when it has ended that."""

from typing import Any

from tidegate.core.messages.effects import RenewDeadMan
from tidegate.core.messages.reports import AccountConnected, DeadManFailed, DeadManRenewed
from venue_simulator import LINEAR, Bench

SECONDS = 20
TRIES_MAX = 20


async def renew(bench: Bench, seconds: int) -> None:
    """Renew (or end) it as the engine does: a venue whose clock has jumped is asked again once that is known.

    Only the venue's clock jumps, so that only other seconds are news to a session.
    """
    for _ in range(TRIES_MAX):
        before = len(bench.record.of((DeadManRenewed, DeadManFailed)))
        bench.session.perform(RenewDeadMan(account_id=bench.account_id, seconds=seconds, symbols=frozenset({LINEAR})))
        told = await bench.record.wait((DeadManRenewed, DeadManFailed), count=before + 1)
        if isinstance(told, DeadManRenewed):
            assert told.seconds == seconds
            return
        assert told.retryable, told
    raise AssertionError(told)


async def let_pass(bench: Bench, seconds: int) -> None:
    """Let the venue's clock be so far ahead of ours from now on."""
    await bench.control.call("DELETE", "faults")
    await bench.control.fault("clock_skew", count=None, milliseconds=seconds * 1_000)


async def status(bench: Bench, order: Any) -> str:
    """What the venue knows of an order, once it has done what was due."""
    await bench.record.quiet()
    (row,) = await bench.control.orders(order)
    return str(row["status"])


async def test_vc73_orders_are_canceled_by_the_venue_when_the_desk_is_gone_and_not_while_it_renews(
    bench: Bench,
) -> None:
    order, _ = await bench.place(symbol=LINEAR)
    working = await status(bench, order)
    await renew(bench, SECONDS)
    await let_pass(bench, 15)
    await renew(bench, SECONDS + 1)
    await let_pass(bench, 30)
    assert await status(bench, order) == working
    await bench.session.close()
    await bench.record.quiet()
    await let_pass(bench, 90)
    assert await status(bench, order) != working


async def test_vc74_a_switch_that_was_ended_cancels_nothing(bench: Bench) -> None:
    order, _ = await bench.place(symbol=LINEAR)
    working = await status(bench, order)
    await renew(bench, SECONDS)
    await renew(bench, 0)
    await bench.session.close()
    await bench.record.quiet()
    await let_pass(bench, 90)
    assert await status(bench, order) == working


async def test_vc75_a_stream_that_breaks_and_comes_back_costs_no_order(bench: Bench) -> None:
    order, _ = await bench.place(symbol=LINEAR)
    working = await status(bench, order)
    await renew(bench, SECONDS)
    await bench.control.fault("drop_stream", endpoint="*")
    await bench.record.wait(AccountConnected, count=2)
    for number, seconds in enumerate((15, 30, 45), 1):
        await let_pass(bench, seconds)
        await renew(bench, SECONDS + number)
    assert await status(bench, order) == working
