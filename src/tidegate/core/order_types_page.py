"""Writes docs/ORDER_TYPES.md from the capability tables:
`python -m tidegate.core.order_types_page > docs/ORDER_TYPES.md`."""

import sys
from collections.abc import Callable, Iterable

from tidegate.core.capabilities import CAPABILITIES, Capabilities, How, PercentGrid
from tidegate.core.money import plain
from tidegate.core.validation.options import TIMES_IN_FORCE
from tidegate.core.vocabulary import Exchange, OrderType, TimeInForce

_HOW = {How.NATIVE: "venue", How.DESK: "desk", How.NO: "no"}
_NAMES = {Exchange.BINANCE: "Binance", Exchange.OKX: "OKX", Exchange.BYBIT: "Bybit"}


def table_of_order_types() -> str:
    """Who keeps an order of each type until it trades, by venue and kind of market, in Markdown."""
    return _table("order type", ((f"`{order_type}`", _kept_by(order_type)) for order_type in OrderType))


def _kept_by(order_type: OrderType) -> Callable[[Capabilities], str]:
    return lambda offers: _HOW[offers.order_types[order_type]]


def _table(head: str, rows: Iterable[tuple[str, Callable[[Capabilities], str]]]) -> str:
    markets = [f"{_NAMES[exchange]} {kind}" for exchange, kind in CAPABILITIES]
    lines = [f"| {' | '.join((head, *markets))} |", "|" + "---|" * (len(markets) + 1)]
    lines += [f"| {' | '.join((name, *(cell(offers) for offers in CAPABILITIES.values())))} |" for name, cell in rows]
    return "\n".join(lines)


def _options() -> str:
    return _table(
        "option",
        (
            ("`trigger_by` at the venue", lambda offers: _listed(offers.trigger_by)),
            ("`trigger_by` of trailing stops at the venue", lambda offers: _listed(offers.trailing_by)),
            ("`trailing_offset_unit` at the venue", lambda offers: _listed(offers.trailing_units)),
            ("`trailing_offset` in percent at the venue", lambda offers: _percents(offers.trailing_percents)),
            (
                "`time_in_force` of conditional limit orders at the venue",
                lambda offers: _listed(offers.conditional_times),
            ),
            ("`reduce_only`", lambda offers: _yes(value=offers.reduce_only)),
            ("`position_side` `long`, `short`", lambda offers: _yes(value=offers.hedge_mode)),
            ("`gtd` ended by", lambda offers: _HOW[offers.good_till_date]),
            ("working orders amended", lambda offers: _amended(in_place=offers.amends)),
            ("conditional orders amended", lambda offers: _amended(in_place=offers.amends_conditional)),
            ("`params`", lambda offers: _listed(offers.params)),
        ),
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in sorted(words)) or "none"


def _percents(grid: PercentGrid | None) -> str:
    if grid is None:
        return "none"
    return f"{plain(grid.lowest)} to {plain(grid.highest)} by {plain(grid.step)}"


def _yes(*, value: bool) -> str:
    return "yes" if value else "no"


def _amended(*, in_place: bool) -> str:
    return "in place" if in_place else "canceled, rest sent again"


def _times_by_type() -> str:
    lines = ["| order type | " + " | ".join(f"`{time}`" for time in TimeInForce) + " |", "|---|---|---|---|---|"]
    for order_type in OrderType:
        supported = TIMES_IN_FORCE[order_type]
        lines.append(f"| `{order_type}` | {' | '.join(_yes(value=time in supported) for time in TimeInForce)} |")
    return "\n".join(lines)


_TOP = """# Order types by venue

<!-- Written by `python -m tidegate.core.order_types_page`; a test holds it to the code. -->

Every order type can be placed on every market. `venue`: the order rests at the venue, under its rules. `desk`: the
venue has no such order, so the desk holds it (`held_by` says so) and sends a market or limit order once the price that
was asked for is seen. `spot` are spot markets, `linear` perpetuals settled in USDT."""
_ON_OPTIONS = """A market that lacks a conditional order type of its venue has it from the desk. So does an order whose
options the venue's own order cannot have, by the next table. The desk itself sees last prices and, on perpetuals, mark
prices; where a mark is not told, the last price stands in for it."""
_ON_TYPES = "What may be asked for depends on the type:"
_END = """`post_only` goes with limit orders that are `gtc` or `gtd`, `quote_quantity` with market orders on spot,
`leverage` and `margin_mode` with perpetuals, `trailing_offset` with trailing stops. `gtd` is the desk's own: the order
is `gtc` at the venue, and is canceled at `expires_at`. A trigger that the market has passed is refused everywhere: by
the desk where a price of the last second says so, else by the venue. What the desk holds goes off at the next price."""

_ON_PROOFS = """Every claim of these tables is held against the venues' protocols by numbered cases, in
`tests/venue_contract/`:"""
PROOFS = {
    "`market` and `limit` at the venue": "VC39",
    "conditional order types at the venue: waiting, set off, executed under our id": "VC40",
    "canceled while they wait, or once they were set off": "VC41, VC44",
    "a trigger that the market has passed": "VC42",
    "a reply that was lost": "VC22, VC43",
    "what is left to the desk": "VC45",
    "`time_in_force`": "VC46, VC47, VC51",
    "`post_only`": "VC48",
    "`reduce_only`": "VC49",
    "`quote_quantity`": "VC50",
    "`trigger_by`": "VC52",
    "`trailing_offset_unit`": "VC53",
    "working orders amended": "VC54, VC57, VC58, VC59",
    "conditional orders amended": "VC55, VC56, VC60, VC61",
    "`leverage`": "VC62, VC63",
    "`position_side`": "VC64",
}
"""The numbered cases that prove what the tables claim."""


def _proofs() -> str:
    return "\n".join(["| claim | cases |", "|---|---|", *(f"| {claim} | {proof} |" for claim, proof in PROOFS.items())])


def document() -> str:
    """The whole page, in Markdown."""
    parts = (
        _TOP,
        table_of_order_types(),
        _ON_OPTIONS,
        _options(),
        _ON_TYPES,
        _times_by_type(),
        _END,
        _ON_PROOFS,
        _proofs(),
    )
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
