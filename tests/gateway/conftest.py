"""The gateway on a desk in memory: the real engine without journal and venues, and a client that talks to it."""

import copy
import itertools
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from ulid import ULID

from gateway.scripted_accounting import ScriptedAccounting
from tidegate.core.desk import Desk
from tidegate.core.engine import Input
from tidegate.core.identifiers import (
    AccountId,
    ApprovalId,
    CommandId,
    ExchangeOrderId,
    ExecutionId,
    OrderId,
    RuleId,
    TokenId,
    TradeId,
    TransferId,
    UserId,
)
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages import commands, effects, reports
from tidegate.core.messages.events import Event, is_journaled
from tidegate.core.messages.risk_records import (
    Approval,
    KeptRiskRequest,
    RiskLimitSet,
    TradingRestriction,
    Transfer,
)
from tidegate.core.messages.values import Fee, VenueBalance
from tidegate.core.order import Order
from tidegate.core.policy import Policy
from tidegate.core.projection import Projector
from tidegate.core.rates import Worth
from tidegate.core.records import (
    Account,
    Batch,
    Break,
    Bust,
    Execution,
    HistoryEntry,
    Holding,
    HoldingKey,
    LedgerEntry,
    Leverage,
    Position,
    PositionKey,
    Rule,
    Token,
    User,
)
from tidegate.core.stepping import carry_out
from tidegate.core.valuation import mark_of, worth
from tidegate.core.vocabulary import ApprovalState, Environment, Exchange, Role, Side, TradingState, VenueOrderStatus
from tidegate.gateway.app import app_of
from tidegate.gateway.authentication import Authenticator
from tidegate.gateway.context import Context, GatewaySettings
from tidegate.gateway.metrics import Metrics
from tidegate.gateway.tokens import new_token
from tidegate.ports import (
    Answer,
    BreakFilter,
    ExecutionFilter,
    InvalidCursorError,
    OrderFilter,
    VenueCredentials,
    VenueHealth,
    WaitFor,
)

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROLES = {
    "alice": Role.TRADER,
    "bob": Role.TRADER,
    "vera": Role.VIEWER,
    "rita": Role.RISK,
    "rosa": Role.RISK,
    "olga": Role.AUDITOR,
    "root": Role.ADMIN,
}
ACCOUNTS = {
    "binance-alice": (Exchange.BINANCE, "alice"),
    "okx-bob": (Exchange.OKX, "bob"),
    "bybit-down": (Exchange.BYBIT, "alice"),  # Its venue is never reached.
}
BALANCES = {"USDT": Decimal(100_000), "BTC": Decimal(2), "XYZ": Decimal(5)}  # XYZ has no market.
ORDER = {
    "account": "binance-alice",
    "symbol": "BTC/USDT",
    "side": "buy",
    "order_type": "limit",
    "quantity": "0.10",
    "price": "50000",
}


class SteppingClock:
    """A millisecond later at every look."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class RememberingVault:
    """A `KeyVault` that keeps what it is given, in the clear: it is a test's."""

    def __init__(self) -> None:
        self.kept: dict[AccountId, VenueCredentials] = {}

    async def store(self, account_id: AccountId, exchange: Exchange, credentials: VenueCredentials) -> None:
        self.kept[account_id] = credentials

    async def credentials(self, account_id: AccountId, exchange: Exchange) -> VenueCredentials | None:
        return self.kept.get(account_id)


class MemoryDesk:
    """`CommandPort`, `Blotter` and `ReferenceData` at once, over the real engine; `sent` is what left for venues."""

    def __init__(self, clock: SteppingClock) -> None:
        self.clock = clock
        self.desk = Desk(Policy())
        self.sent: list[effects.Effect] = []
        self.commands: list[commands.Command] = []
        self.accepting = True  # Whether the venue takes orders and cancels at once.
        self.failure: Exception | None = None
        self.answers: list[Answer] = []  # Given instead of the engine's, one after the other.
        self.on_answer: Callable[[commands.Command], None] = lambda _: None  # Before one of these is given.
        self.waited_for: list[WaitFor | None] = []
        self.looked_up_tokens = 0
        self._projector = Projector(1)
        self._orders: dict[OrderId, Order] = {}
        self._history: list[HistoryEntry] = []
        self._executions: list[Execution] = []
        self._ledger: list[LedgerEntry] = []
        self._holdings: dict[HoldingKey, Holding] = {}
        self._positions: dict[PositionKey, Position] = {}
        self._leverages: dict[tuple[AccountId, str], Leverage] = {}
        self._rules: dict[RuleId, Rule] = {}
        self._busts: dict[ExecutionId, Bust] = {}
        self._accounts: dict[AccountId, Account] = {}
        self._users: dict[UserId, User] = {}
        self._tokens: dict[TokenId, Token] = {}
        self._breaks: dict[str, Break] = {}
        self.limit_sets: list[RiskLimitSet] = []
        self.requests_kept: dict[ApprovalId, KeptRiskRequest] = {}
        self.states: dict[str, TradingRestriction] = {}
        self.approvals_asked: dict[ApprovalId, Approval] = {}
        self.transfers_made: dict[TransferId, Transfer] = {}
        self._numbers = itertools.count(1)

    # --- the engine ---------------------------------------------------------------------------------------------

    async def submit(self, command: commands.Command, wait_for: WaitFor | None = None) -> Answer:
        self.commands.append(command)
        self.waited_for.append(wait_for)
        if self.failure is not None:
            raise self.failure
        if self.answers:
            self.on_answer(command)
            return self.answers.pop(0)
        decided = self.take(command)
        [reply] = [effect for effect in decided if isinstance(effect, effects.Reply)]
        answer = self._answer(reply)
        for effect in decided:
            self._play_venue(effect)
        if wait_for is None or not (wait_for.acknowledged or wait_for.closed):
            return answer
        return self._answer(reply)

    def _answer(self, reply: effects.Reply) -> Answer:
        return Answer(
            refusal=reply.refusal,
            orders=self._copies(reply),
            replayed=reply.replayed,
            approval_id=reply.approval_id,
            preview=reply.preview,
            risk=reply.risk,
        )

    def _copies(self, reply: effects.Reply) -> tuple[Order, ...]:
        return tuple(copy.copy(self.desk.orders[order_id]) for order_id in reply.order_ids)

    def take(self, message: Input) -> list[effects.Effect]:
        """Decide, apply, show; returns the effects."""
        decision = carry_out(self.desk, message, self._record)
        self._show(self._projector.take(self.desk))
        sendings = effects.SendOrder | effects.SendAmend | effects.SendCancel
        self.sent += [effect for effect in decision.effects if isinstance(effect, sendings)]
        return decision.effects

    def _record(self, event: Event) -> None:
        if is_journaled(event):
            self._projector.record(self.desk, event)

    def _show(self, batch: Batch) -> None:
        self._orders.update(batch.orders)
        self._history += batch.history
        self._executions += batch.executions
        self._ledger += batch.ledger
        self._holdings.update(batch.holdings)
        self._positions.update(batch.positions)
        self._leverages.update(batch.leverages)
        self._rules.update(batch.rules)
        self._busts.update((bust.execution_id, bust) for bust in batch.busts)
        self._accounts.update(batch.accounts)
        self._users.update(batch.users)
        self._tokens.update(batch.tokens)
        self._breaks.update(batch.breaks)
        self.limit_sets += batch.risk_limits
        self.requests_kept.update({kept.request_id: kept for kept in batch.risk_requests})
        self.states.update(batch.trading_states)
        self.approvals_asked.update(batch.approvals)
        self.transfers_made.update(batch.transfers)

    def _play_venue(self, effect: effects.Effect) -> None:
        if not self.accepting:
            return
        if isinstance(effect, effects.SendOrder):
            self.take(
                reports.OrderAccepted(
                    at=self.clock.now(),
                    account_id=effect.account_id,
                    order_id=effect.order_id,
                    attempt=effect.attempt,
                    exchange_order_id=ExchangeOrderId(f"X{next(self._numbers)}"),
                )
            )
        elif isinstance(effect, effects.SendAmend):
            self.take(
                reports.AmendAccepted(
                    at=self.clock.now(),
                    account_id=effect.account_id,
                    order_id=effect.order_id,
                    attempt=effect.attempt,
                    amendment=effect.amendment,
                )
            )
        elif isinstance(effect, effects.SendCancel):
            self.take(
                reports.OrderReported(
                    at=self.clock.now(),
                    account_id=effect.account_id,
                    symbol=effect.symbol,
                    status=VenueOrderStatus.CANCELED,
                    filled_quantity=self.desk.orders[effect.order_id].filled_quantity,
                    exchange_client_order_id=effect.exchange_client_order_id,
                )
            )

    def fill(self, order_id: str, quantity: str, price: str) -> None:
        """A trade at the venue."""
        order = self.desk.orders[OrderId(order_id)]
        now = self.clock.now()
        self.take(
            reports.ExecutionReported(
                at=now,
                account_id=order.account_id,
                symbol=order.symbol,
                side=order.side,
                trade_id=TradeId(str(next(self._numbers))),
                quantity=Decimal(quantity),
                price=Decimal(price),
                executed_at=now,
                fees=(Fee("USDT", Decimal("0.00000001")),),
                exchange_client_order_id=order.exchange_client_order_id,
            )
        )

    # --- the blotter --------------------------------------------------------------------------------------------

    async def order(self, order_id: OrderId) -> Order | None:
        return self._orders.get(order_id)

    async def orders(
        self, wanted: OrderFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Order], str | None]:
        names = ("user_id", "account_id", "exchange", "symbol", "status", "client_order_id", "parent_order_id")
        found = [order for order in self._orders.values() if _matches(order, wanted, names)]
        if wanted.is_open is not None:
            found = [order for order in found if order.is_closed is not wanted.is_open]
        found = [order for order in found if _within(order.timestamp, wanted)]
        return _page(sorted(found, key=lambda order: order.timestamp, reverse=True), limit, cursor)

    async def history(self, order_id: OrderId) -> list[HistoryEntry]:
        return [entry for entry in self._history if entry.order_id == order_id]

    async def executions(
        self, wanted: ExecutionFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Execution], str | None]:
        names = ("user_id", "account_id", "exchange", "symbol", "order_id")
        found = [one for one in self._executions if _matches(one, wanted, names) and _within(one.executed_at, wanted)]
        return _page(found[::-1], limit, cursor)

    async def busts(self, execution_ids: Collection[ExecutionId]) -> dict[ExecutionId, datetime]:
        return {name: self._busts[name].busted_at for name in execution_ids if name in self._busts}

    async def ledger(
        self, user_id: UserId | None, *, limit: int, cursor: str | None = None
    ) -> tuple[list[LedgerEntry], str | None]:
        found = [line for line in self._ledger if user_id is None or line.ledger_account == f"user:{user_id}"]
        return _page(found[::-1], limit, cursor)

    async def holdings(self, user_id: UserId | None = None) -> list[Holding]:
        return [holding for holding in self._holdings.values() if user_id in (None, holding.user_id)]

    async def positions(self, user_id: UserId | None = None) -> list[Position]:
        return [position for position in self._positions.values() if user_id in (None, position.user_id)]

    async def leverages(self) -> list[Leverage]:
        return list(self._leverages.values())

    async def rules(
        self, user_id: UserId | None, *, is_open: bool | None, limit: int, cursor: str | None = None
    ) -> tuple[list[Rule], str | None]:
        found = [rule for rule in self._rules.values() if user_id in (None, rule.user_id)]
        found = [rule for rule in found if is_open in (None, rule.ended_at is None)]
        return _page(found[::-1], limit, cursor)

    async def rule(self, rule_id: RuleId) -> Rule | None:
        return self._rules.get(rule_id)

    async def accounts(self) -> list[Account]:
        return list(self._accounts.values())

    async def user(self, user_id: UserId) -> User | None:
        return self._users.get(user_id)

    async def token(self, token_hash: str) -> Token | None:
        self.looked_up_tokens += 1
        return next((token for token in self._tokens.values() if token.token_hash == token_hash), None)

    async def breaks(
        self, wanted: BreakFilter, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Break], str | None]:
        found = [
            one
            for one in self._breaks.values()
            if (wanted.account_ids is None or one.account_id in wanted.account_ids)
            and wanted.kind in (None, one.kind)
            and wanted.is_open in (None, one.resolved_at is None)
        ]
        return _page(found[::-1], limit, cursor)

    async def found_break(self, break_id: str) -> Break | None:
        return self._breaks.get(break_id)

    async def open_breaks(self) -> int:
        return sum(found.resolved_at is None for found in self._breaks.values())

    # --- the blotter's part about risk --------------------------------------------------------------------------

    async def risk_limits(self, version: int | None = None) -> RiskLimitSet | None:
        found = [one for one in self.limit_sets if version in (None, one.version)]
        return found[-1] if found else None

    async def risk_request(self, request_id: ApprovalId) -> KeptRiskRequest | None:
        return self.requests_kept.get(request_id)

    async def trading_states(self) -> list[TradingRestriction]:
        return [state for state in self.states.values() if state.state is not TradingState.ACTIVE]

    async def trading_state(self, scope_key: str) -> TradingRestriction | None:
        return self.states.get(scope_key)

    async def approvals(
        self,
        *,
        state: ApprovalState | None = None,
        requested_by: UserId | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> tuple[list[Approval], str | None]:
        found = [
            one
            for one in self.approvals_asked.values()
            if state in (None, one.state) and requested_by in (None, one.requested_by)
        ]
        return _page(found[::-1], limit, cursor)

    async def approval(self, approval_id: ApprovalId) -> Approval | None:
        return self.approvals_asked.get(approval_id)

    async def transfers(
        self, user_id: UserId | None = None, *, limit: int, cursor: str | None = None
    ) -> tuple[list[Transfer], str | None]:
        found = [one for one in self.transfers_made.values() if user_id in (None, one.from_user_id, one.to_user_id)]
        return _page(found[::-1], limit, cursor)

    async def transfer(self, transfer_id: TransferId) -> Transfer | None:
        return self.transfers_made.get(transfer_id)

    # --- reference data -----------------------------------------------------------------------------------------

    def instruments(self, exchange: Exchange | None = None) -> Collection[Instrument]:
        return [rule for rule in self.desk.instruments.values() if exchange in (None, rule.exchange)]

    def instrument(self, exchange: Exchange, symbol: str) -> Instrument | None:
        return self.desk.instruments.get((exchange, symbol))

    def price(self, exchange: Exchange, symbol: str) -> Price | None:
        return self.desk.prices.get((exchange, symbol))

    def worth(self, exchange: Exchange, asset: str, at: datetime) -> Worth:
        return worth(self.desk, exchange, asset, at)

    def mark(self, exchange: Exchange, symbol: str, at: datetime) -> Worth:
        return mark_of(self.desk, exchange, symbol, at)

    def health(self) -> list[VenueHealth]:
        return [
            VenueHealth(
                account_id=account_id,
                exchange=account.exchange,
                connected=account_id != "bybit-down",
                streaming=account_id != "bybit-down",
                message="connection refused" if account_id == "bybit-down" else "",
                waiting={"orders": 0},
                budget={"requests": "10/100"},
                latency_ms=1.5,
                blocked={"query": "requests is full for 2.0 s"},
                counts={"reports": 7},
            )
            for account_id, account in self._accounts.items()
        ]


def _matches(row: Any, wanted: Any, names: tuple[str, ...]) -> bool:
    return all(getattr(wanted, name) in (None, getattr(row, name)) for name in names)


def _within(moment: datetime, wanted: OrderFilter | ExecutionFilter) -> bool:
    return (wanted.since is None or wanted.since <= moment) and (wanted.until is None or moment < wanted.until)


def _page(found: list[Any], limit: int, cursor: str | None) -> tuple[list[Any], str | None]:
    if cursor is not None and not cursor.isdigit():
        raise InvalidCursorError(cursor)
    start = int(cursor or 0)
    end = start + limit
    return found[start:end], str(end) if end < len(found) else None


def _instrument(exchange: Exchange) -> Instrument:
    return Instrument(
        exchange=exchange,
        symbol="BTC/USDT",
        exchange_symbol="BTCUSDT",
        base="BTC",
        quote="USDT",
        price_tick=Decimal("0.01"),
        quantity_step=Decimal("0.0001"),
        quantity_max=Decimal(1_000),
        notional_min=Decimal(5),
    )


def _open_desk(desk: MemoryDesk) -> dict[str, str]:
    """Users with a token each, accounts, markets, balances. Returns the tokens."""
    clock, tokens, numbers = desk.clock, {}, itertools.count(1)
    for name, role in ROLES.items():
        user_id, command_id = UserId(name), CommandId(f"setup-{next(numbers)}")
        desk.take(commands.RegisterUser(command_id=command_id, at=clock.now(), user_id=user_id, name=name, role=role))
        tokens[name], digest = new_token()
        desk.take(
            commands.IssueToken(
                command_id=command_id,
                at=clock.now(),
                user_id=user_id,
                token_id=TokenId(f"token-{name}"),
                token_hash=digest,
                label="test",
            )
        )
    for name, (exchange, owner) in ACCOUNTS.items():
        desk.take(
            commands.RegisterAccount(
                command_id=CommandId(f"setup-{next(numbers)}"),
                at=clock.now(),
                account_id=AccountId(name),
                exchange=exchange,
                environment=Environment.SIMULATED,
                user_ids=(UserId(owner),),
            )
        )
        _open_account(desk, AccountId(name), exchange)
    return tokens


def _open_account(desk: MemoryDesk, account_id: AccountId, exchange: Exchange) -> None:
    clock = desk.clock
    desk.take(reports.InstrumentsReported(at=clock.now(), exchange=exchange, instruments=(_instrument(exchange),)))
    desk.take(
        reports.PriceReported(
            at=clock.now(),
            exchange=exchange,
            symbol="BTC/USDT",
            last=Decimal(50_000),
            bid=Decimal(49_999),
            ask=Decimal(50_001),
        )
    )
    if account_id == "bybit-down":
        message = "the venue cannot be reached: connection refused"
        desk.take(reports.AccountDisconnected(at=clock.now(), account_id=account_id, message=message))
        return
    desk.take(reports.AccountConnected(at=clock.now(), account_id=account_id))
    balances = tuple(VenueBalance(asset=asset, free=free, locked=Decimal(0)) for asset, free in BALANCES.items())
    requested_at = clock.now()
    desk.take(
        reports.BalancesReported(at=clock.now(), account_id=account_id, requested_at=requested_at, balances=balances)
    )
    desk.take(
        reports.AccountSynchronized(
            at=clock.now(),
            account_id=account_id,
            requested_at=requested_at,
            open_exchange_client_order_ids=frozenset(),
        )
    )


class Api:
    """The API as one user sees it."""

    def __init__(self, client: AsyncTestClient[Litestar], token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, **given: Any) -> Any:
        """Any request, with the user's token; headers may be added."""
        headers = {**self._headers, **given.pop("headers", {})}
        return await self._client.request(method, f"/api/v1{path}", headers=headers, **given)

    async def get(self, path: str, **query: Any) -> Any:
        return await self.call("GET", path, params=query)

    async def post(self, path: str, body: Any, **given: Any) -> Any:
        return await self.call("POST", path, json=body, **given)

    async def place(self, *, key: str | None = None, wait_for: str = "acknowledged", **changes: Any) -> Any:
        """An order like `ORDER`, with changes; a change to None leaves the field out."""
        body = {name: value for name, value in {**ORDER, **changes}.items() if value is not None}
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.post("/orders", body, headers=headers, params={"wait_for": wait_for})


class Users:
    """Every user's view of the API, and one without a token."""

    def __init__(self, client: AsyncTestClient[Litestar], tokens: dict[str, str]) -> None:
        self.client = client
        self.tokens = tokens
        self.alice = Api(client, tokens["alice"])
        self.bob = Api(client, tokens["bob"])
        self.vera = Api(client, tokens["vera"])
        self.rita = Api(client, tokens["rita"])
        self.rosa = Api(client, tokens["rosa"])
        self.olga = Api(client, tokens["olga"])
        self.root = Api(client, tokens["root"])


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def desk(clock: SteppingClock) -> MemoryDesk:
    return MemoryDesk(clock)


@pytest.fixture
def vault() -> RememberingVault:
    return RememberingVault()


@pytest.fixture
def accounting() -> ScriptedAccounting:
    return ScriptedAccounting()


class CurrentContext:
    """The context of the test that runs, to the one application that all tests share: making it takes long."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.settings = GatewaySettings()
        self.current: Context | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)


@pytest.fixture(scope="session")
def current_context() -> CurrentContext:
    return CurrentContext()


@pytest.fixture(scope="session")
def shared_app(current_context: CurrentContext) -> Litestar:
    """Made once; it works with the ports of whichever test runs."""
    return app_of(cast("Context", current_context))


@pytest.fixture
def app(
    shared_app: Litestar,
    current_context: CurrentContext,
    desk: MemoryDesk,
    clock: SteppingClock,
    vault: RememberingVault,
    accounting: ScriptedAccounting,
) -> Iterator[Litestar]:
    """The application on the test's own ports, its counts at nothing."""
    current_context.metrics.requests.clear()
    current_context.metrics.orders.clear()
    current_context.current = Context(
        commands=desk,
        blotter=desk,
        accounting=accounting,
        reference=desk,
        vault=vault,
        venue_health=desk.health,
        clock=clock,
        new_id=lambda: str(ULID()),
        authenticator=Authenticator(desk, clock),
        metrics=current_context.metrics,
        settings=current_context.settings,
    )
    yield shared_app
    current_context.current = None


@pytest.fixture
def tokens(desk: MemoryDesk) -> dict[str, str]:
    """Opens the desk; every user's token by name."""
    issued = _open_desk(desk)
    desk.sent.clear()
    return issued


@pytest.fixture
async def users(app: Litestar, tokens: dict[str, str]) -> AsyncIterator[Users]:
    async with AsyncTestClient(app) as client:
        yield Users(client, tokens)


@pytest.fixture
def alice(users: Users) -> Api:
    return users.alice


@pytest.fixture
def sell() -> dict[str, str]:
    """Changes that make the order a sale."""
    return {"side": Side.SELL, "price": "60000"}
