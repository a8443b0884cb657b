"""What an account holds at Bybit: balances, positions, and what came and went without a trade."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog

from tidegate.core.identifiers import AccountId
from tidegate.core.messages.reports import CashFlowReported
from tidegate.core.messages.values import VenueBalance, VenuePosition
from tidegate.core.vocabulary import CashFlowKind, MarginMode, Side
from tidegate.venues.bybit import wire
from tidegate.venues.bybit.paging import pages, result_of, spans
from tidegate.venues.bybit.settings import Settings
from tidegate.venues.bybit.words import KINDS, LINEAR, SETTLE_COINS, side_of
from tidegate.venues.symbols import SymbolMap
from tidegate.venues.values import MalformedError, amount, amount_or_zero, instant, rows, text
from tidegate.venues.venue import Seat

log = structlog.get_logger(__name__)

POSITIONS_PER_PAGE = 200
TRANSACTIONS_PER_PAGE = 50
_OF_TRADES = frozenset({"TRADE", "LIQUIDATION", "ADL", "DELIVERY"})
"""The types of movements that executions tell, if they name a trade."""
_FLOW_KINDS = {
    "SETTLEMENT": CashFlowKind.FUNDING,
    "TRANSFER_IN": CashFlowKind.TRANSFER,
    "TRANSFER_OUT": CashFlowKind.TRANSFER,
    "DEPOSIT": CashFlowKind.DEPOSIT,
    "WITHDRAW": CashFlowKind.WITHDRAWAL,
    "LIQUIDATION": CashFlowKind.LIQUIDATION_FEE,
}


class Books:
    """One account's holdings."""

    def __init__(self, seat: Seat, settings: Settings) -> None:
        self._seat = seat
        self._client = seat.client
        self._settings = settings

    async def balances(self) -> tuple[VenueBalance, ...]:
        """The balances of the unified account that are not zero."""
        return balances(await self._client.call(wire.BALANCE, {"accountType": "UNIFIED"}))

    async def positions(self) -> tuple[VenuePosition, ...]:
        """All open positions in contracts that are listed."""
        mode = await self._settings.margin_mode()
        found: list[VenuePosition] = []
        for coin in SETTLE_COINS:
            where = {"category": LINEAR, "settleCoin": coin, "limit": POSITIONS_PER_PAGE}
            for row in await pages(self._client, wire.POSITIONS, where):
                if self._seat.symbols.knows(text(row, "symbol"), KINDS[LINEAR]):
                    found += self._position(row, mode)
                else:
                    log.info("a position in what is not listed is left alone", exchange_symbol=row["symbol"])
        return tuple(found)

    async def cash_flows_since(self, since: datetime) -> list[CashFlowReported]:
        """The account's movements but those of trades, the oldest first within a week."""
        found: list[CashFlowReported] = []
        for span in spans(since, self._seat.clock.now()):
            where = {"accountType": "UNIFIED", "limit": TRANSACTIONS_PER_PAGE, **span}
            for row in (await pages(self._client, wire.TRANSACTIONS, where))[::-1]:
                found += self._cash_flows(row)
        return found

    def _cash_flows(self, row: Any) -> list[CashFlowReported]:
        """What a row tells; one that cannot be read does not hide the others, and is missed when balances differ."""
        at = self._seat.clock.now()
        try:
            return list(cash_flows(row, account_id=self._seat.account_id, symbols=self._seat.symbols, at=at))
        except MalformedError as error:
            log.warning("a movement of cash cannot be read", detail=str(error))
            return []

    def _position(self, row: Any, mode: MarginMode) -> list[VenuePosition]:
        symbol = self._seat.symbols.ours(text(row, "symbol"), KINDS[LINEAR])
        position_side = self._settings.learn_mode(symbol, row)
        size = amount_or_zero(row.get("size"))
        if not size:
            return []
        return [
            VenuePosition(
                symbol=symbol,
                position_side=position_side,
                quantity=size if side_of(row.get("side")) is Side.BUY else -size,
                average_price=amount_or_zero(row.get("avgPrice")) or None,
                mark_price=amount_or_zero(row.get("markPrice")) or None,
                liquidation_price=amount_or_zero(row.get("liqPrice")) or None,
                leverage=amount_or_zero(row.get("leverage")) or None,
                margin_mode=mode,
            )
        ]


def balances(answer: Any) -> tuple[VenueBalance, ...]:
    """Balances from wallet-balance: `walletBalance` has what spot orders lock in it, and no unrealized profit."""
    accounts = rows(result_of(answer).get("list"))
    found = []
    for row in rows(accounts[0].get("coin")) if accounts else []:
        locked = amount_or_zero(row.get("locked"))
        free = amount_or_zero(row.get("walletBalance")) - locked
        found.append(VenueBalance(asset=text(row, "coin"), free=free, locked=locked))
    return tuple(balance for balance in found if balance.free or balance.locked)


def cash_flows(row: Any, *, account_id: AccountId, symbols: SymbolMap, at: datetime) -> Iterator[CashFlowReported]:
    """The cash that a row of the transaction log moved without a trade that the desk hears of.

    `change` is all of it: cash flow plus funding less fee. What a USDC contract settles every eight hours is cash flow
    beside its funding.
    """
    what, kind = text(row, "type"), KINDS.get(row.get("category"))
    exchange_symbol = row.get("symbol") or ""
    is_listed = kind is not None and symbols.knows(exchange_symbol, kind)
    if what in _OF_TRADES and row.get("tradeId") and is_listed:
        return
    moved = amount(row.get("change"))
    settled = amount_or_zero(row.get("cashFlow")) if what == "SETTLEMENT" else amount("0")
    parts = [
        ("", _FLOW_KINDS.get(what, CashFlowKind.OTHER), moved - settled),
        (":settled", CashFlowKind.OTHER, settled),
    ]
    for suffix, flow_kind, part in parts:
        if part:
            yield CashFlowReported(
                at=at,
                account_id=account_id,
                flow_id=text(row, "id") + suffix,
                kind=flow_kind,
                asset=text(row, "currency"),
                amount=part,
                happened_at=instant(row.get("transactionTime")),
                symbol=symbols.ours(exchange_symbol, kind) if is_listed and kind is not None else None,
            )
