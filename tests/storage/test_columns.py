"""Values survive storage exactly: decimals of any size, times to the microsecond, words and small structures."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import records as made
from tidegate.core import identifiers as ids
from tidegate.core.messages.events import CorrectionsSet
from tidegate.core.messages.values import Fee
from tidegate.core.order import Order
from tidegate.core.records import Batch, JournalEntry
from tidegate.core.vocabulary import Correction
from tidegate.storage import chain, columns
from tidegate.storage.open import Storage, open_storage
from tidegate.storage.rows import ORDERS, USERS

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (Hypothesis adds the zone.)


@given(amounts)
def test_an_amount_is_plain_text_and_exactly_itself(amount: Decimal) -> None:
    text = columns.amount_text(amount)
    assert "E" not in text.upper()
    assert Decimal(text) == amount


@pytest.mark.parametrize(
    "text", ["0E-8", "1E-7", "1E+3", "-0", "0.00000001", "123456789012345678901234567890.12345678"]
)
def test_the_amounts_that_print_with_exponents(text: str) -> None:
    stored = columns.amount_text(Decimal(text))
    assert set(stored) <= set("-0123456789.")
    assert Decimal(stored) == Decimal(text)


@given(moments, moments)
def test_times_sort_as_text_as_they_do_in_time(one: datetime, other: datetime) -> None:
    first, second = columns.time_text(one), columns.time_text(other)
    assert len(first) == len(second) == 27
    assert (first < second) == (one < other)
    assert columns.time_of(first) == one


def test_times_of_other_zones_are_stored_in_utc() -> None:
    moment = datetime(2026, 3, 1, 2, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert columns.time_text(moment) == "2026-02-28T20:30:00.000000Z"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(AssertionError, match="aware"):
        columns.time_text(datetime(2026, 3, 1))  # noqa: DTZ001 (What must be refused.)


@given(st.lists(st.builds(Fee, st.sampled_from(["BNB", "USDT"]), amounts), max_size=4))
def test_fees_are_json_with_plain_amounts(fees: list[Fee]) -> None:
    kind = columns.JsonText(tuple[Fee, ...])
    text = columns.fees_text(tuple(fees))
    assert kind.from_text()(text) == tuple(fees)


@given(amount=amounts, moment=moments, message=st.text(st.characters(exclude_characters="\x00", codec="utf-8")))
def test_an_order_is_the_same_after_a_row(amount: Decimal, moment: datetime, message: str) -> None:
    order = made.full_order(1)
    order.price, order.closed_at, order.message, order.params = amount, moment, message, {"note": message}
    assert ORDERS.decode_text(ORDERS.encode(order)) == order


WORDS = '["adjust_to_grid","reprice_post_only"]'


def test_sets_are_written_in_one_order_whatever_order_they_have_in_memory() -> None:
    """Python shuffles sets anew in every process; rows and journal entries must not differ by that."""
    chosen = frozenset(Correction)
    assert columns.set_text(chosen) == WORDS
    assert USERS.encode(made.user())[USERS.columns.index("corrections")] == WORDS
    event = CorrectionsSet(at=made.moment(1), user_id=made.USER, corrections=chosen)
    entry = JournalEntry(sequence=1, at=made.moment(1), event=event)
    [row], _ = chain.journal_rows([entry], epoch=1, previous_hash=chain.GENESIS_HASH)
    assert f'"corrections":{WORDS}' in str(row[4])


def test_a_word_that_no_vocabulary_knows_is_refused_on_reading() -> None:
    row = list(ORDERS.encode(made.full_order(1)))
    row[ORDERS.columns.index("status")] = "teleported"
    with pytest.raises(KeyError, match="teleported"):
        ORDERS.decode_text(row)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_drawn_comes_back_from_the_database(database_url: str, data: st.DataObject) -> None:
    order = made.full_order(data.draw(st.integers(0, 10**9)))  # Drawn again, the same order is replaced.
    for name in ("quantity", "price", "filled_quantity", "reserved_quantity"):
        setattr(order, name, data.draw(amounts))
    order.request_expires_at = data.draw(moments)
    order.message = data.draw(st.text(st.characters(exclude_characters="\x00", codec="utf-8")))

    async def store_and_read() -> Order | None:
        storage = open_storage(database_url)
        snapshot = await storage.journal.load()
        entry = made.journal_entry(snapshot.sequence + 1, 1)
        await storage.journal.commit(Batch(epoch=snapshot.epoch, journal=[entry], orders={order.order_id: order}))
        [reloaded] = [found for found in (await storage.journal.load()).open_orders if found.order_id == order.order_id]
        read = await storage.blotter.order(order.order_id)
        await storage.close()
        assert reloaded == read
        return read

    stored = asyncio.run(store_and_read())
    assert stored is not None
    assert stored == order


async def test_extreme_values_come_back_from_the_database(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    order = made.full_order(1)
    order.price = Decimal("123456789012345678901234567890.123456789012345678901234567890")
    order.quantity = Decimal("0E-18")
    order.trigger_price = Decimal("-1E-30")
    order.message = "quotes ' \" backslash \\ newline \n tab \t braces {} percent %s ☃ 𝄞"
    order.params = {"key '": '\\ " \n ☃'}
    order.timestamp = datetime(1970, 1, 1, tzinfo=UTC)
    order.updated_at = datetime(2262, 4, 11, 23, 47, 16, 854775, tzinfo=UTC)
    order.client_order_id = ids.ClientOrderId("'; DROP TABLE orders; --")
    await storage.journal.commit(
        Batch(epoch=snapshot.epoch, journal=[made.journal_entry(1, 1)], orders={order.order_id: order})
    )
    assert (await storage.journal.load()).open_orders == [order]
    assert await storage.blotter.order(order.order_id) == order
