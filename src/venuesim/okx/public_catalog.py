"""The operations on public data, each with its endpoint name and the documented rate limit."""

from collections.abc import Callable

from venuesim.faults import Endpoint
from venuesim.okx.contract_data import ContractData
from venuesim.okx.limits import SECONDS
from venuesim.okx.market_data import MarketData
from venuesim.okx.operations import Operation, Request, Result, Security
from venuesim.wire.windows import Window

STATUS_SECONDS = 5


def public_operations(market_data: MarketData, contract_data: ContractData) -> dict[str, Operation]:
    """Return the GET operations by path; the number is how many requests an address has in two seconds."""
    ticker, other = Endpoint.TICKER, Endpoint.OTHER
    market, contracts = market_data, contract_data
    rows: list[tuple[str, Endpoint, int, str | None, Callable[[Request], Result]]] = [
        ("market/ticker", ticker, 20, None, market.ticker),
        ("market/tickers", ticker, 20, None, market.tickers),
        ("market/index-tickers", ticker, 20, None, market.index_tickers),
        ("market/books", ticker, 40, None, market.books),
        ("market/books-full", ticker, 10, None, market.books_full),
        ("market/books-lite", ticker, 6, None, market.books_lite),
        ("market/trades", ticker, 100, None, market.trades),
        ("market/history-trades", ticker, 20, None, market.history_trades),
        ("market/candles", ticker, 40, None, market.candles),
        ("market/history-candles", ticker, 20, None, market.history_candles),
        ("market/index-candles", ticker, 20, None, market.index_candles),
        ("market/history-index-candles", ticker, 10, None, market.index_candles),
        ("market/mark-price-candles", ticker, 20, None, market.mark_price_candles),
        ("market/history-mark-price-candles", ticker, 10, None, market.mark_price_candles),
        ("market/platform-24-volume", other, 2, None, market.volume),
        ("market/exchange-rate", other, 1, None, market.exchange_rate),
        ("market/index-components", other, 20, None, market.index_components),
        ("market/block-tickers", other, 20, None, contracts.nothing),
        ("public/time", other, 10, None, contracts.time),
        ("public/instruments", Endpoint.INSTRUMENTS, 20, "instType", contracts.instruments),
        ("public/underlying", other, 20, None, contracts.underlying),
        ("public/mark-price", ticker, 10, "instId", contracts.mark_prices),
        ("public/price-limit", ticker, 20, None, contracts.price_limit),
        ("public/funding-rate", ticker, 10, "instId", contracts.funding_rate),
        ("public/funding-rate-history", ticker, 10, "instId", contracts.funding_rate_history),
        ("public/open-interest", ticker, 20, "instId", contracts.open_interest),
        ("public/position-tiers", other, 10, None, contracts.position_tiers),
        ("public/insurance-fund", other, 10, None, contracts.insurance_fund),
        ("public/convert-contract-coin", other, 10, None, contracts.convert_contracts),
        ("public/delivery-exercise-history", other, 40, None, contracts.nothing),
        ("public/estimated-price", other, 10, "instId", contracts.nothing),
        ("public/opt-summary", other, 20, None, contracts.nothing),
        ("public/option-trades", other, 20, None, contracts.nothing),
        ("public/instrument-tick-bands", other, 5, None, contracts.nothing),
        ("market/option/instrument-family-trades", other, 20, None, contracts.nothing),
    ]
    operations = {
        name: Operation(
            endpoint=endpoint,
            security=Security.NONE,
            run=run,
            window=Window(name, limit, SECONDS),
            scope=scope,
        )
        for name, endpoint, limit, scope, run in rows
    }
    status = Window("system/status", 1, STATUS_SECONDS)
    operations["system/status"] = Operation(endpoint=other, security=Security.NONE, run=contracts.status, window=status)
    return operations
