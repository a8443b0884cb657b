"""The rows and columns of the conformance table: what the simulators claim, each cell shown by tests with its mark.

A test says what it shows: `@pytest.mark.conformance(Row.TRAILING_STOP, "binance linear", approximate="...")`. A cell
with no test is missing; one whose tests say `approximate` is that, with how; every other is exact.
"""

from enum import StrEnum

COLUMNS = ("binance spot", "binance linear", "okx spot", "okx swap", "bybit spot", "bybit linear")


class Row(StrEnum):
    """The features."""

    MARKET_BASE = "Market order by base quantity"
    MARKET_QUOTE = "Market order by quote quantity"
    LIMIT = "Limit order"
    IOC = "Immediate or cancel"
    FOK = "Fill or kill"
    GTD = "Good till date"
    POST_ONLY = "Post-only"
    REDUCE_ONLY = "Reduce-only"
    STOP = "Stop (market)"
    STOP_LIMIT = "Stop-limit"
    TAKE_PROFIT = "Take-profit (market)"
    TAKE_PROFIT_LIMIT = "Take-profit-limit"
    TRAILING_STOP = "Trailing stop"
    TRIGGER_BY_MARK = "Triggers by mark or index price"
    ATTACHED = "Attached stop and target"
    OCO = "One-cancels-other"
    ORDER_LISTS = "Order lists (OTO, OTOCO)"
    CANCEL_REPLACE = "Cancel-replace with half-done answers"
    ICEBERG = "Iceberg"
    BATCH = "Batch orders"
    AMEND = "Amend in place"
    CANCEL = "Cancel one"
    CANCEL_MANY = "Cancel many"
    CANCEL_ALL = "Cancel all"
    DEAD_MAN_SWITCH = "Cancel after a countdown or a disconnect"
    CLOSE_POSITION = "Close a position"
    SOCKET_ENTRY = "Order entry by socket"
    CLIENT_ORDER_IDS = "Client order id: charset, uniqueness"
    RETENTION = "Look-up retention"
    SELF_TRADE = "Self-trade prevention"
    FEES = "Maker and taker fees in their assets"
    FEE_ASSET = "Fees in a third asset or as rebate"
    BALANCES = "Balances locked and released"
    LEVERAGE = "Leverage"
    MARGIN_MODES = "Cross and isolated margin"
    HEDGE_MODE = "One-way and hedge mode"
    POSITIONS = "Positions"
    FUNDING = "Funding"
    LIQUIDATION = "Liquidation"
    AUTO_DELEVERAGING = "Auto-deleveraging"
    FLOWS = "Income, bills, transaction log"
    WALLET_TRANSFERS = "Transfers between wallets"
    FILTERS = "Price, quantity and notional rules"
    ERRORS = "Error codes and HTTP statuses"
    SIGNATURES = "Signatures and permissions"
    EXPIRY = "Request expiry"
    RATE_LIMITS = "Rate limits: windows, weights, headers"
    BANS = "Bans"
    SERVER_TIME = "Server time"
    INSTRUMENTS = "Instrument listing"
    TICKERS = "Tickers"
    DEPTH = "Depth snapshots and updates"
    PUBLIC_TRADES = "Trades"
    CANDLES = "Candles"
    MARK_AND_FUNDING_DATA = "Mark price, index price, funding rate data"
    PRIVATE_ORDERS = "Private stream: orders"
    PRIVATE_EXECUTIONS = "Private stream: executions"
    PRIVATE_BALANCES = "Private stream: balances"
    PRIVATE_POSITIONS = "Private stream: positions"
    KEEP_ALIVE = "Log-in, keep-alive, listen keys"
    FORCED_DISCONNECT = "Forced disconnect"
    CCXT = "ccxt and ccxt.pro"
    SDK = "The venue's own SDK"


SPOT = frozenset(column for column in COLUMNS if column.endswith("spot"))
CONTRACTS_ONLY = frozenset(
    {
        Row.REDUCE_ONLY,
        Row.CLOSE_POSITION,
        Row.LEVERAGE,
        Row.MARGIN_MODES,
        Row.HEDGE_MODE,
        Row.POSITIONS,
        Row.FUNDING,
        Row.LIQUIDATION,
        Row.AUTO_DELEVERAGING,
        Row.MARK_AND_FUNDING_DATA,
        Row.PRIVATE_POSITIONS,
    }
)
NOT_AT_THE_VENUE = frozenset(
    {
        (Row.GTD, "binance spot"),
        (Row.GTD, "okx spot"),
        (Row.GTD, "okx swap"),
        (Row.GTD, "bybit spot"),
        (Row.GTD, "bybit linear"),
        (Row.TRIGGER_BY_MARK, "binance spot"),
        (Row.TRIGGER_BY_MARK, "okx spot"),
        (Row.BATCH, "binance spot"),
        (Row.CANCEL_MANY, "binance spot"),
        (Row.DEAD_MAN_SWITCH, "binance spot"),
        (Row.TRIGGER_BY_MARK, "bybit spot"),
        (Row.ICEBERG, "bybit spot"),
        (Row.ICEBERG, "bybit linear"),
        (Row.ATTACHED, "binance spot"),
        (Row.ATTACHED, "binance linear"),
        (Row.OCO, "binance linear"),
        (Row.ICEBERG, "binance linear"),
        (Row.MARKET_QUOTE, "binance linear"),
        (Row.MARKET_QUOTE, "okx swap"),
        (Row.MARKET_QUOTE, "bybit linear"),
        (Row.CANCEL_ALL, "okx spot"),
        (Row.CANCEL_ALL, "okx swap"),
        (Row.TRAILING_STOP, "bybit spot"),
        (Row.FEE_ASSET, "okx spot"),
        (Row.FEE_ASSET, "okx swap"),
        (Row.FEE_ASSET, "bybit spot"),
        (Row.FEE_ASSET, "bybit linear"),
        *((row, column) for row in (Row.ORDER_LISTS, Row.CANCEL_REPLACE) for column in COLUMNS[1:]),
        *((row, column) for row in CONTRACTS_ONLY for column in SPOT),
    }
)
"""What the venues themselves do not have."""

DIFFERENCES = {
    (Row.CANDLES, COLUMNS): "in the invented past an interval's extremes and quote volume are not exactly its parts'",
    (Row.LIQUIDATION, ("bybit linear",)): "an isolated position's maintenance is taken at the liquidation price",
    (Row.MARGIN_MODES, ("binance linear",)): "multi-assets mode can be switched; collateral is not shared",
    (Row.MARGIN_MODES, ("bybit linear",)): "auto-add-margin is kept and told; nothing is added",
    (Row.HEDGE_MODE, ("bybit linear",)): "both sides of a hedged contract have one leverage",
    (Row.FLOWS, ("okx swap",)): "margin that is moved by hand makes no bill",
    (Row.TRAILING_STOP, ("okx spot", "okx swap")): "moveTriggerPx is told with other changes only",
    (Row.PRIVATE_POSITIONS, ("okx swap",)): "closeOrderAlgo is told with the next change of the position",
    (Row.FEES, ("bybit spot", "bybit linear")): "fees are cut to eight decimals",
    (Row.PRIVATE_ORDERS, ("bybit spot", "bybit linear")): "a market order is told as New before its end",
    (Row.CLOSE_POSITION, ("binance linear",)): "GTE_GTC works as GTC",
    (Row.PRIVATE_EXECUTIONS, ("binance spot", "binance linear")): "both halves of a trade with oneself share its id",
    (Row.INSTRUMENTS, COLUMNS): "figures of smaller instruments are from memory",
}
"""What is known to differ and what no test can show, because it is not there."""

HEAD = """# What the simulators do as the venues do

Written by the tests: every cell is shown by tests that bear its mark, and `make conformance` writes this page from a
run of them. *exact*: as documented by the venue, as far as its documents say. *approximate*: there, and different in
the way that the note says. *missing*: refused as the venue refuses what it does not have. An empty cell: the venue
itself has no such thing. What is known to differ where no test can show it, because it is not there, stands among the
notes as well.
"""


def table(shown: dict[tuple[str, str], set[str]]) -> str:
    """Return the page for what tests have shown: by row and column the ways in which it is approximate, if any."""
    notes: dict[str, int] = {}
    for (row, columns), way in DIFFERENCES.items():
        for column in columns:
            if (row.value, column) in shown:
                shown = {**shown, (row.value, column): shown[row.value, column] | {way}}
    lines = [f"| feature | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    lines += [f"| {row.value} | {' | '.join(_cell(row, column, shown, notes) for column in COLUMNS)} |" for row in Row]
    numbered = [f"{number}. {note}" for note, number in notes.items()]
    return "\n".join([HEAD, *lines, "", *(["## How they differ", "", *numbered, ""] if notes else [])])


def _cell(row: Row, column: str, shown: dict[tuple[str, str], set[str]], notes: dict[str, int]) -> str:
    ways = shown.get((row.value, column))
    if ways is None:
        return "" if (row, column) in NOT_AT_THE_VENUE else "missing"
    if not ways:
        return "exact"
    numbers = sorted(notes.setdefault(way, len(notes) + 1) for way in sorted(ways))
    return f"approximate [{', '.join(map(str, numbers))}]"
