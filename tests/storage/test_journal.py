"""The promises of the `Journal` port, on both databases."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from support import records as made
from tidegate.core import identifiers as ids
from tidegate.core.records import Batch, DeskSnapshot
from tidegate.core.vocabulary import Wallet
from tidegate.ports import BreakFilter, ExecutionFilter, OrderKeys
from tidegate.storage.errors import EpochFencedError, JournalClosedError, JournalFailedError
from tidegate.storage.open import Storage, open_storage


def full_batch(snapshot: DeskSnapshot) -> Batch:
    """One row of everything, an open order (1) and a closed one (2)."""
    batch = made.batch_of(snapshot, made.full_order(1), made.full_order(2, is_open=False))
    batch.attempts = {(made.order_id(number), 2): made.attempt(number) for number in (1, 2)}
    batch.executions = [made.execution(1, sequence=1), made.execution(2, sequence=2)]
    batch.ledger = made.ledger(1, sequence=1)
    holding = made.holding()
    batch.holdings = {(holding.account_id, holding.user_id, holding.asset, holding.wallet): holding}
    position = made.position()
    batch.positions = {(position.account_id, position.user_id, position.symbol, position.position_side): position}
    batch.leverages = {(made.ACCOUNT, "BTC/USDT:USDT"): made.leverage()}
    batch.rules = {made.rule(1).rule_id: made.rule(1), made.rule(2).rule_id: made.rule(2, ended=True)}
    batch.cash_flows = [made.cash_flow(sequence=1)]
    batch.busts = [made.bust(2, sequence=2)]
    batch.requests = [made.request()]
    batch.accounts = {made.ACCOUNT: made.account()}
    batch.users = {made.USER: made.user()}
    batch.tokens = {ids.TokenId("token-1"): made.token()}
    batch.breaks = {"break-1": made.difference(1), "break-2": made.difference(2, resolved=True)}
    return batch


async def test_an_empty_desk_loads_with_nothing_and_its_first_epoch(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    assert snapshot == DeskSnapshot(
        epoch=1,
        sequence=0,
        history_id=0,
        users=[],
        tokens=[],
        accounts=[],
        holdings=[],
        open_orders=[],
        execution_ids={},
        execution_times={},
        breaks=[],
    )


async def test_every_field_comes_back_as_it_was_committed(storage: Storage) -> None:
    await storage.journal.commit(full_batch(await storage.journal.load()))
    snapshot = await storage.journal.load()
    open_id = made.order_id(1)
    assert snapshot == DeskSnapshot(
        epoch=2,
        sequence=2,
        history_id=2,
        users=[made.user()],
        tokens=[made.token()],
        accounts=[made.account()],
        holdings=[made.holding()],
        open_orders=[made.full_order(1)],
        execution_ids={open_id: [made.execution(1, sequence=1).execution_id]},
        execution_times={made.ACCOUNT: made.execution(2, sequence=2).executed_at},
        breaks=[made.difference(1)],
        positions=[made.position()],
        leverages=[made.leverage()],
        rules=[made.rule(1)],
    )


async def test_a_closed_order_whose_fills_are_still_protected_is_loaded_with_its_executions(storage: Storage) -> None:
    batch = full_batch(await storage.journal.load())
    guarded = batch.orders[made.order_id(2)]
    guarded.guarding = True
    await storage.journal.commit(batch)
    snapshot = await storage.journal.load()
    assert snapshot.open_orders == [made.full_order(1), guarded]
    assert snapshot.execution_ids[guarded.order_id] == [made.execution(2, sequence=2).execution_id]


async def test_an_asset_lies_in_each_wallet_apart(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    both = [made.holding(wallet=wallet) for wallet in (Wallet.FUTURES, Wallet.MAIN)]
    batch = made.batch_of(snapshot, made.full_order(1))
    batch.holdings = {(held.account_id, held.user_id, held.asset, held.wallet): held for held in both}
    await storage.journal.commit(batch)
    assert (await storage.journal.load()).holdings == both


async def test_the_blotter_reads_every_field_as_it_was_committed(storage: Storage) -> None:
    batch = full_batch(await storage.journal.load())
    await storage.journal.commit(batch)
    blotter = storage.blotter
    assert await blotter.order(made.order_id(2)) == made.full_order(2, is_open=False)
    [history] = await blotter.history(made.order_id(1))
    assert msgspec.structs.replace(history, previous_hash="", hash="") == made.history(1, history_id=1)
    assert len(history.hash) == 64
    assert (await blotter.executions(ExecutionFilter(), limit=10))[0] == [
        made.execution(2, sequence=2),
        made.execution(1, sequence=1),
    ]
    assert (await blotter.ledger(None, limit=10))[0] == made.ledger(1, sequence=1)[::-1]
    assert await blotter.holdings() == [made.holding()]
    assert await blotter.accounts() == [made.account()]
    assert await blotter.user(made.USER) == made.user()
    assert await blotter.token(made.token().token_hash) == made.token()
    assert await blotter.positions() == [made.position()]
    assert await blotter.leverages() == [made.leverage()]
    both, _ = await blotter.rules(None, is_open=None, limit=10)
    assert both == [made.rule(2, ended=True), made.rule(1)]
    assert await blotter.busts([made.execution(2, sequence=2).execution_id]) == {
        made.bust(2, sequence=2).execution_id: made.bust(2, sequence=2).busted_at
    }
    breaks, _ = await blotter.breaks(BreakFilter(), limit=10)
    assert breaks == [made.difference(2, resolved=True), made.difference(1)]


async def test_a_later_batch_replaces_rows_of_the_same_key(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    await storage.journal.commit(full_batch(snapshot))
    order = made.full_order(1)
    order.status = made.OrderStatus.CANCELED
    order.closed_at = made.moment(500)
    order.guarding = False
    attempt = made.attempt(1)
    attempt.outcome = "absent"
    holding = made.holding()
    holding.quantity = made.Decimal("0.00000001")
    batch = Batch(
        epoch=snapshot.epoch,
        journal=[made.journal_entry(3, 1)],
        orders={order.order_id: order},
        attempts={(order.order_id, 2): attempt},
        holdings={(holding.account_id, holding.user_id, holding.asset, holding.wallet): holding},
    )
    await storage.journal.commit(batch)
    reloaded = await storage.journal.load()
    assert reloaded.open_orders == []
    assert reloaded.holdings == [holding]
    assert reloaded.sequence == 3
    assert await storage.blotter.order(order.order_id) == order


FINDERS: dict[str, OrderKeys] = {
    "order id": OrderKeys(order_ids={made.order_id(2)}),
    "idempotency key": OrderKeys(idempotency_keys={(made.USER, ids.IdempotencyKey("key-2"))}),
    "client order id": OrderKeys(client_order_ids={(made.USER, ids.ClientOrderId("mine-2"))}),
    "exchange order id": OrderKeys(exchange_order_ids={(made.ACCOUNT, "BTC/USDT", ids.ExchangeOrderId("902"))}),
    "an attempt's exchange order id": OrderKeys(
        exchange_order_ids={(made.ACCOUNT, "BTC/USDT", ids.ExchangeOrderId("92-2"))}
    ),
    "all of them at once": OrderKeys(
        order_ids={made.order_id(2), made.order_id(77)},
        idempotency_keys={(made.USER, ids.IdempotencyKey("key-2")), (made.USER, ids.IdempotencyKey("none"))},
        client_order_ids={(made.USER, ids.ClientOrderId("mine-2"))},
        exchange_order_ids={(made.ACCOUNT, "BTC/USDT", ids.ExchangeOrderId("902"))},
    ),
}


@pytest.mark.parametrize("keys", FINDERS.values(), ids=FINDERS.keys())
async def test_a_closed_order_is_found_by_each_of_its_ids(storage: Storage, keys: OrderKeys) -> None:
    await storage.journal.commit(full_batch(await storage.journal.load()))
    found = await storage.journal.find(keys)
    assert found.orders == [made.full_order(2, is_open=False)]
    assert found.execution_ids == {made.order_id(2): [made.execution(2, sequence=2).execution_id]}


async def test_a_request_is_found_by_its_users_key(storage: Storage) -> None:
    await storage.journal.commit(full_batch(await storage.journal.load()))
    kept = made.request()
    strangers = {(ids.UserId("bob"), kept.idempotency_key), (made.USER, ids.IdempotencyKey("none"))}
    found = await storage.journal.find(OrderKeys(requests={(made.USER, kept.idempotency_key), *strangers}))
    assert found.requests == [kept]
    assert (await storage.journal.find(OrderKeys(requests=strangers))).requests == []


STRANGERS: dict[str, OrderKeys] = {
    "an open order": OrderKeys(order_ids={made.order_id(1)}),
    "another user's key": OrderKeys(idempotency_keys={(ids.UserId("bob"), ids.IdempotencyKey("key-2"))}),
    "another user's client id": OrderKeys(client_order_ids={(ids.UserId("bob"), ids.ClientOrderId("mine-2"))}),
    "another market": OrderKeys(exchange_order_ids={(made.ACCOUNT, "ETH/USDT", ids.ExchangeOrderId("902"))}),
    "another account": OrderKeys(
        exchange_order_ids={(ids.AccountId("okx-main"), "BTC/USDT", ids.ExchangeOrderId("92-2"))}
    ),
    "nothing": OrderKeys(),
}


@pytest.mark.parametrize("keys", STRANGERS.values(), ids=STRANGERS.keys())
async def test_what_is_open_or_somebody_elses_is_not_found(storage: Storage, keys: OrderKeys) -> None:
    await storage.journal.commit(full_batch(await storage.journal.load()))
    found = await storage.journal.find(keys)
    assert (found.orders, found.execution_ids) == ([], {})


def _same_idempotency_key(batch: Batch) -> None:
    other = made.full_order(3)
    other.idempotency_key = ids.IdempotencyKey("key-1")
    batch.orders[other.order_id] = other


def _same_client_order_id(batch: Batch) -> None:
    other = made.full_order(3)
    other.client_order_id = ids.ClientOrderId("mine-1")
    batch.orders[other.order_id] = other


def _same_execution(batch: Batch) -> None:
    batch.executions.append(made.execution(1, sequence=9))


def _same_cash_flow(batch: Batch) -> None:
    batch.cash_flows.append(made.cash_flow(sequence=9))


def _same_request(batch: Batch) -> None:
    batch.requests.append(made.request())


def _same_bust(batch: Batch) -> None:
    batch.busts.append(made.bust(2, sequence=9))


def _same_history_sequence(batch: Batch) -> None:
    batch.history.append(made.history(1, history_id=9))


def _same_exchange_client_order_id(batch: Batch) -> None:
    other = made.attempt(3)
    other.exchange_client_order_id = made.attempt(1).exchange_client_order_id
    batch.attempts[other.order_id, 2] = other


def _same_ledger_line(batch: Batch) -> None:
    batch.ledger.extend(made.ledger(1, sequence=1))


def _same_journal_sequence(batch: Batch) -> None:
    batch.journal.append(made.journal_entry(1, 1))


def _same_token(batch: Batch) -> None:
    other = made.token(2)
    other.token_hash = made.token(1).token_hash
    batch.tokens[other.token_id] = other


@pytest.mark.parametrize(
    "repeat",
    [
        _same_idempotency_key,
        _same_client_order_id,
        _same_execution,
        _same_cash_flow,
        _same_bust,
        _same_request,
        _same_history_sequence,
        _same_exchange_client_order_id,
        _same_ledger_line,
        _same_journal_sequence,
        _same_token,
    ],
)
async def test_the_database_refuses_what_may_exist_only_once(storage: Storage, repeat: Callable[[Batch], None]) -> None:
    snapshot = await storage.journal.load()
    await storage.journal.commit(full_batch(snapshot))
    batch = Batch(epoch=snapshot.epoch, journal=[made.journal_entry(3, 1)])
    repeat(batch)
    with pytest.raises(JournalFailedError, match=r"(?i)unique"):
        await storage.journal.commit(batch)


async def test_a_failed_commit_leaves_nothing_and_ends_the_journal(database_url: str) -> None:
    storage = open_storage(database_url)
    snapshot = await storage.journal.load()
    await storage.journal.commit(full_batch(snapshot))
    broken = made.batch_of(snapshot, made.full_order(5), first=3)
    broken.executions.append(made.execution(1, sequence=3))
    with pytest.raises(JournalFailedError):
        await storage.journal.commit(broken)
    with pytest.raises(JournalFailedError):
        await storage.journal.commit(Batch(epoch=snapshot.epoch, journal=[made.journal_entry(3, 1)]))
    with pytest.raises(JournalFailedError):
        await storage.journal.load()
    with pytest.raises(JournalFailedError):
        await storage.journal.find(OrderKeys(order_ids={made.order_id(2)}))
    await storage.close()

    storage = open_storage(database_url)
    reloaded = await storage.journal.load()
    assert (reloaded.sequence, reloaded.history_id) == (2, 2)
    assert [order.order_id for order in reloaded.open_orders] == [made.order_id(1)]
    await storage.close()


async def test_batches_queued_behind_a_failed_one_are_not_written(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    good = made.batch_of(snapshot, made.full_order(1))
    bad = made.batch_of(snapshot, made.full_order(2), first=1)
    behind = made.batch_of(snapshot, made.full_order(3), first=3)
    outcomes = await asyncio.gather(
        *(storage.journal.commit(batch) for batch in (good, bad, behind)), return_exceptions=True
    )
    assert outcomes[0] is None
    assert all(isinstance(outcome, JournalFailedError) for outcome in outcomes[1:])
    assert await storage.blotter.order(made.order_id(1)) is not None
    assert await storage.blotter.order(made.order_id(3)) is None


async def test_a_batch_of_another_epoch_is_refused(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    batch = made.batch_of(snapshot, made.full_order(1))
    batch.epoch += 1
    with pytest.raises(EpochFencedError):
        await storage.journal.commit(batch)
    assert await storage.blotter.order(made.order_id(1)) is None


async def test_an_engine_that_was_taken_over_can_write_nothing_more(postgresql_url: str) -> None:
    first, second = open_storage(postgresql_url), open_storage(postgresql_url)
    old = await first.journal.load()
    await first.journal.commit(made.batch_of(old, made.full_order(1)))
    new = await second.journal.load()
    assert new.epoch == old.epoch + 1
    with pytest.raises(EpochFencedError):
        await first.journal.commit(made.batch_of(old, made.full_order(2), first=2))
    await second.journal.commit(made.batch_of(new, made.full_order(3)))
    assert [order.order_id for order in (await second.journal.load()).open_orders] == [
        made.order_id(1),
        made.order_id(3),
    ]
    await first.close()
    await second.close()


async def test_a_commit_goes_on_when_its_waiter_is_cancelled(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    first = asyncio.create_task(storage.journal.commit(made.batch_of(snapshot, made.full_order(1))))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    await storage.journal.commit(made.batch_of(snapshot, made.full_order(2), first=2))
    assert await storage.blotter.order(made.order_id(1)) is not None


async def test_closing_finishes_what_was_queued_and_then_refuses_more(database_url: str) -> None:
    storage = open_storage(database_url)
    snapshot = await storage.journal.load()
    commits = [
        asyncio.create_task(storage.journal.commit(made.batch_of(snapshot, made.full_order(number), first=number)))
        for number in range(1, 6)
    ]
    await asyncio.sleep(0)
    await storage.close()
    await asyncio.gather(*commits)
    with pytest.raises(JournalClosedError):
        await storage.journal.commit(made.batch_of(snapshot, made.full_order(6), first=6))
    await storage.close()

    reopened = open_storage(database_url)
    assert len((await reopened.journal.load()).open_orders) == 5
    await reopened.close()


async def test_nothing_is_committed_before_the_desk_was_loaded(storage: Storage) -> None:
    with pytest.raises(JournalFailedError, match="loaded"):
        await storage.journal.commit(Batch(epoch=0, journal=[made.journal_entry(1, 1)]))


async def test_a_batch_of_hundreds_of_rows_arrives_whole(storage: Storage) -> None:
    snapshot = await storage.journal.load()
    await storage.journal.commit(made.batch_of(snapshot, *(made.full_order(number) for number in range(301))))
    reloaded = await storage.journal.load()
    assert reloaded.open_orders == [made.full_order(number) for number in range(301)]
    assert reloaded.history_id == 301
