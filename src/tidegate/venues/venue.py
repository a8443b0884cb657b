"""What a session asks of a venue, the same for all three; one package of differences per venue answers it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from tidegate.core.identifiers import AccountId, ExchangeClientOrderId, ExchangeOrderId
from tidegate.core.instruments import Instrument, Price
from tidegate.core.messages.effects import SendCancel, SendOrder
from tidegate.core.messages.reports import ExecutionReported, OrderReported, Report
from tidegate.core.messages.values import VenueBalance
from tidegate.ports import Clock
from tidegate.venues.client import VenueClient
from tidegate.venues.symbols import SymbolMap


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Where a venue's code stands: for which account, through which client, with which names and clock."""

    account_id: AccountId
    client: VenueClient
    symbols: SymbolMap
    clock: Clock


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """The venue took an order. `reports` are what its answer told beyond the id: executions, and an end."""

    exchange_order_id: ExchangeOrderId
    reports: Sequence[Report] = ()


class SpotVenue(Protocol):
    """One account's calls and frames. Calls raise `CallFailed`, and `MalformedError` for answers that lack fields."""

    async def place(self, order: SendOrder) -> Placed:
        """Place an order, within its own validity."""
        ...

    async def cancel(self, cancel: SendCancel) -> Sequence[Report]:
        """Cancel an order; returns what the answer told of it."""
        ...

    async def find_order(
        self,
        symbol: str,
        exchange_client_order_id: ExchangeClientOrderId,
        exchange_order_id: ExchangeOrderId | None,
    ) -> OrderReported | None:
        """Look in every place that could know the order; None only when all of them answered cleanly without it."""
        ...

    async def executions_of(
        self, symbol: str, exchange_order_id: ExchangeOrderId, since: datetime | None
    ) -> list[ExecutionReported]:
        """All executions of one order, page by page. `since` None: as far back as the venue goes."""
        ...

    async def executions_since(self, symbol: str, since: datetime) -> list[ExecutionReported]:
        """All executions of one instrument since a time, page by page."""
        ...

    async def open_orders(self) -> list[OrderReported]:
        """All open orders of the account."""
        ...

    async def balances(self) -> tuple[VenueBalance, ...]:
        """All balances that are not zero. Needs valid credentials, so it proves them too."""
        ...

    async def open_stream(self) -> Any:
        """Connect and subscribe the private stream; returns ccxt's connection once the venue has confirmed."""
        ...

    def read_frame(self, connection: Any, frame: Any) -> Sequence[Report] | None:
        """The reports in a raw frame; None for a frame that is ccxt's own business (acknowledgements, pongs)."""
        ...


class MarketSource(Protocol):
    """A venue's public data."""

    async def instruments(self) -> list[Instrument]:
        """The whole spot listing."""
        ...

    async def prices(self) -> dict[str, Price]:
        """The newest prices of all instruments, by the venue's own name of each."""
        ...
