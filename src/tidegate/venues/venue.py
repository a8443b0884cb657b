"""What a session asks of a venue, the same for all three; one package of differences per venue answers it."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.instruments import Instrument, Price, Tiers
from tidegate.core.messages.effects import SendAmend, SendCancel, SendOrder
from tidegate.core.messages.reports import CashFlowReported, ExecutionReported, LeverageReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import InstrumentKind
from tidegate.ports import Clock
from tidegate.venues.client import VenueClient
from tidegate.venues.symbols import SymbolMap


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Where a venue's code stands: for which account, through which client, with which names and clock.

    `tell_tiers` hears of leverage tiers that the venue tells to accounts only. `watched` are the symbols whose prices
    are followed: those in which users trade.
    """

    account_id: AccountId
    client: VenueClient
    symbols: SymbolMap
    clock: Clock
    tell_tiers: Callable[[dict[str, Tiers]], None] = lambda _: None
    watched: Callable[[], frozenset[str]] = frozenset


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The venue took an order. `reports` are what its answer told beyond the id: executions, and an end."""

    exchange_order_id: ExchangeOrderId
    reports: Sequence[Report] = ()


class AccountVenue(Protocol):
    """One account's calls and frames, on all of the venue's markets that the desk trades; the symbol says which.

    Calls raise `CallFailed`, and `MalformedError` for answers that lack fields. Quantities are in base on both sides
    of this protocol, whatever the venue counts in.
    """

    async def place(self, order: SendOrder) -> Placed:
        """Place an order, within its own validity. Sets the leverage and margin mode first where the order asks."""
        ...

    async def amend(self, amend: SendAmend) -> Sequence[Report]:
        """Change an order in place, within its own validity; returns what the answer told of it."""
        ...

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        """Cancel an order; returns what the answer told of it."""
        ...

    async def renew_dead_man(self, seconds: int, symbols: frozenset[str]) -> None:
        """Have the venue cancel the account's orders unless this is called again within so many seconds; zero: never.

        `symbols`: of a venue that counts down for each market by itself. Of calls that overlap nobody knows the
        outcome, so there is one at a time.
        """
        ...

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
        *,
        conditional: bool = False,
    ) -> OrderReported | None:
        """Look in every place that could know the order; None only when all of them answered cleanly without it.

        `conditional`: it was sent to be set off by the venue, so look where such orders are, and where they go.
        """
        ...

    async def executions_of(
        self,
        symbol: str,
        exchange_order_id: ExchangeOrderId,
        since: datetime | None,
        *,
        exchange_client_order_id: ExchangeClientOrderId | None = None,
        conditional: bool = False,
    ) -> list[ExecutionReported]:
        """All executions of one order, page by page. `since` None: as far back as the venue goes.

        `conditional`: the id may be that of an order which another one came out of when the venue set it off.
        """
        ...

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of one instrument since a time, page by page."""
        ...

    async def open_orders(self) -> list[OrderReported]:
        """All open orders of the account, conditional ones and those that are not ours included."""
        ...

    async def balances(self) -> tuple[VenueBalance, ...]:
        """All balances that are not zero. Needs valid credentials, so it proves them too."""
        ...

    async def positions(self) -> tuple[VenuePosition, ...]:
        """All open positions, with their leverage where the venue tells it here."""
        ...

    def leverages(self) -> AsyncIterator[LeverageReported]:
        """What contracts are set to, with or without a position, as the venue answers; sets nothing.

        Asked for after the streams were opened, which tell from then on what is changed.
        """
        ...

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        """What came and went without a trade since a time (funding, transfers ...), page by page."""
        ...

    async def open_streams(self) -> tuple[Any, ...]:
        """Connect and subscribe all private streams; returns ccxt's connections once the venue has confirmed."""
        ...

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        """The reports in a raw frame; None for a frame that is ccxt's own business (acknowledgements, pongs).

        What cannot be read is put aside by `taps.on_frame_failed`, and the rest of the frame is read all the same.
        """
        ...


class MarketSource(Protocol):
    """A venue's public data."""

    async def instruments(self) -> list[Instrument]:
        """The whole listing: spot, and linear perpetuals that settle in a stablecoin."""
        ...

    async def leverage_tiers(self) -> dict[str, Tiers]:
        """How much leverage a position may have by its worth, of those instruments of which the venue tells it here."""
        ...

    async def prices(self, kind: InstrumentKind) -> dict[str, Price]:
        """The newest prices of all listed instruments of a kind, by our symbol."""
        ...

    async def stream_prices(self, symbols: frozenset[str], tell: Callable[[str, Price], None]) -> None:
        """Subscribe to these symbols' last trades, best prices, (derivatives) mark prices and, where the venue tells
        them, moving price limits; tell each change.

        Runs until it is canceled; raises when the stream ends or is refused.
        """
        ...
