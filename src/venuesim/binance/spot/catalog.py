"""Every operation with its endpoint name, security and weight, by REST path and by WebSocket method."""

from collections.abc import Callable

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Operation, Request, Result, Security
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.account_data import AccountData
from venuesim.binance.spot.amending import Amending
from venuesim.binance.spot.cancel_replace import CancelReplace
from venuesim.binance.spot.canceling import Canceling
from venuesim.binance.spot.commission import Commissions
from venuesim.binance.spot.klines import Klines
from venuesim.binance.spot.list_operations import ListOperations
from venuesim.binance.spot.market_data import MarketData
from venuesim.binance.spot.placing import Placing
from venuesim.binance.spot.queries import Queries
from venuesim.binance.spot.symbols import Symbols
from venuesim.binance.spot.tickers import Tickers
from venuesim.binance.spot.wallet import Wallet, empty_list
from venuesim.binance.transfers import Transfers
from venuesim.faults import Endpoint

Weight = Callable[[Parameters], int]
NONE, USER, TRADE = Security.NONE, Security.USER_DATA, Security.TRADE


class Catalog:
    """The operations of the Spot API. What both transports have stands once, under its path and its method."""

    def __init__(
        self,
        *,
        market_data: MarketData,
        symbols: Symbols,
        klines: Klines,
        tickers: Tickers,
        placing: Placing,
        canceling: Canceling,
        cancel_replace: CancelReplace,
        amending: Amending,
        lists: ListOperations,
        queries: Queries,
        account_data: AccountData,
        commissions: Commissions,
        wallet: Wallet,
        transfers: Transfers,
    ) -> None:
        self.rest: dict[tuple[str, str], Operation] = {}
        self.socket: dict[str, Operation] = {}
        self._add_general(market_data, symbols)
        self._add_market_data(market_data, klines, tickers)
        self._add_orders(placing, canceling, cancel_replace, amending)
        self._add_lists(lists)
        self._add_look_ups(queries, account_data, commissions)
        self._add_wallet(wallet, transfers, commissions)

    def _add(
        self,
        place: str,
        method: str | None,
        operation: Operation,
    ) -> None:
        """Add an operation; `place` reads like "GET /api/v3/ping"."""
        verb, path = place.split(" ")
        self.rest[verb, path] = operation
        if method is not None:
            self.socket[method] = operation

    def _add_general(self, market_data: MarketData, symbols: Symbols) -> None:
        add, other = self._add, Endpoint.OTHER
        add("GET /api/v3/ping", "ping", _operation(other, NONE, 1, market_data.ping))
        add("GET /api/v3/time", "time", _operation(other, NONE, 1, market_data.time))
        info = _operation(Endpoint.INSTRUMENTS, NONE, 20, symbols.exchange_info)
        add("GET /api/v3/exchangeInfo", "exchangeInfo", info)
        rules = _operation(Endpoint.INSTRUMENTS, NONE, _per_symbol(2, 40, 40), symbols.execution_rules)
        add("GET /api/v3/executionRules", "executionRules", rules)
        reference = _operation(Endpoint.TICKER, NONE, 2, symbols.reference_price)
        add("GET /api/v3/referencePrice", "referencePrice", reference)
        add("GET /api/v3/referencePrice/calculation", "referencePrice.calculation", reference)

    def _add_market_data(self, market_data: MarketData, klines: Klines, tickers: Tickers) -> None:
        add, ticker = self._add, Endpoint.TICKER
        add("GET /api/v3/depth", "depth", _operation(ticker, NONE, _depth_weight, market_data.depth))
        add("GET /api/v3/trades", "trades.recent", _operation(ticker, NONE, 25, market_data.trades))
        historical = _operation(ticker, NONE, 25, market_data.historical_trades)
        add("GET /api/v3/historicalTrades", "trades.historical", historical)
        blocks = _operation(ticker, NONE, 25, market_data.block_trades)
        add("GET /api/v3/historicalBlockTrades", "blockTrades.historical", blocks)
        add("GET /api/v3/aggTrades", "trades.aggregate", _operation(ticker, NONE, 4, market_data.aggregate_trades))
        add("GET /api/v3/klines", "klines", _operation(ticker, NONE, 2, klines.klines))
        add("GET /api/v3/uiKlines", "uiKlines", _operation(ticker, NONE, 2, klines.klines))
        add("GET /api/v3/avgPrice", "avgPrice", _operation(ticker, NONE, 2, market_data.average_price))
        add("GET /api/v3/ticker/24hr", "ticker.24hr", _operation(ticker, NONE, _day_weight, tickers.day))
        add("GET /api/v3/ticker/price", "ticker.price", _operation(ticker, NONE, _one_or(2, 4), tickers.price))
        add("GET /api/v3/ticker/bookTicker", "ticker.book", _operation(ticker, NONE, _one_or(2, 4), tickers.book))
        window = _per_symbol(4, 200, 4)
        add("GET /api/v3/ticker", "ticker", _operation(ticker, NONE, window, tickers.window))
        trading_day = _operation(ticker, NONE, window, tickers.trading_day)
        add("GET /api/v3/ticker/tradingDay", "ticker.tradingDay", trading_day)

    def _add_orders(
        self, placing: Placing, canceling: Canceling, cancel_replace: CancelReplace, amending: Amending
    ) -> None:
        add = self._add
        add("POST /api/v3/order", "order.place", _placing(placing.place))
        test = _operation(Endpoint.OTHER, TRADE, _test_weight, placing.test)
        add("POST /api/v3/order/test", "order.test", test)
        add("DELETE /api/v3/order", "order.cancel", _operation(Endpoint.CANCEL, TRADE, 1, canceling.cancel))
        replace = _placing(cancel_replace.replace, Endpoint.CANCEL_REPLACE)
        add("POST /api/v3/order/cancelReplace", "order.cancelReplace", replace)
        cancel_all = _operation(Endpoint.CANCEL, TRADE, 1, canceling.cancel_all)
        add("DELETE /api/v3/openOrders", "openOrders.cancelAll", cancel_all)
        amend = _operation(Endpoint.AMEND, TRADE, 4, amending.amend)
        add("PUT /api/v3/order/amend/keepPriority", "order.amend.keepPriority", amend)
        amendments = _operation(Endpoint.QUERY, USER, 4, amending.amendments)
        add("GET /api/v3/order/amendments", "order.amendments", amendments)
        add("POST /api/v3/sor/order", "sor.order.place", _operation(Endpoint.PLACE, TRADE, 1, _no_routing))
        add("POST /api/v3/sor/order/test", "sor.order.test", _operation(Endpoint.OTHER, TRADE, 1, _no_routing))

    def _add_lists(self, lists: ListOperations) -> None:
        add = self._add
        add("POST /api/v3/order/oco", "orderList.place", _placing(lists.place_legacy_oco))
        add("POST /api/v3/orderList/oco", "orderList.place.oco", _placing(lists.place_oco))
        add("POST /api/v3/orderList/oto", "orderList.place.oto", _placing(lists.place_oto))
        add("POST /api/v3/orderList/otoco", "orderList.place.otoco", _placing(lists.place_otoco))
        add("POST /api/v3/orderList/opo", "orderList.place.opo", _placing(lists.place_opo))
        add("POST /api/v3/orderList/opoco", "orderList.place.opoco", _placing(lists.place_opoco))
        add("DELETE /api/v3/orderList", "orderList.cancel", _operation(Endpoint.CANCEL, TRADE, 1, lists.cancel))
        add("GET /api/v3/orderList", "orderList.status", _operation(Endpoint.QUERY, USER, 4, lists.query))
        add("GET /api/v3/allOrderList", "allOrderLists", _operation(Endpoint.QUERY, USER, 20, lists.query_all))
        open_lists = _operation(Endpoint.OPEN_ORDERS, USER, 6, lists.query_open)
        add("GET /api/v3/openOrderList", "openOrderLists.status", open_lists)

    def _add_look_ups(self, queries: Queries, account_data: AccountData, commissions: Commissions) -> None:
        add = self._add
        add("GET /api/v3/order", "order.status", _operation(Endpoint.QUERY, USER, 4, queries.query))
        open_orders = _operation(Endpoint.OPEN_ORDERS, USER, _one_or(6, 80), queries.open_orders)
        add("GET /api/v3/openOrders", "openOrders.status", open_orders)
        add("GET /api/v3/allOrders", "allOrders", _operation(Endpoint.QUERY, USER, 20, queries.all_orders))
        add(
            "GET /api/v3/myTrades", "myTrades", _operation(Endpoint.EXECUTIONS, USER, _trades_weight, queries.my_trades)
        )
        prevented = _operation(Endpoint.QUERY, USER, _prevented_weight, queries.prevented_matches)
        add("GET /api/v3/myPreventedMatches", "myPreventedMatches", prevented)
        add("GET /api/v3/myAllocations", "myAllocations", _operation(Endpoint.OTHER, USER, 20, queries.allocations))
        add("GET /api/v3/account", "account.status", _operation(Endpoint.BALANCES, USER, 20, account_data.account))
        commission = _operation(Endpoint.OTHER, USER, 20, commissions.commission)
        add("GET /api/v3/account/commission", "account.commission", commission)
        counts = _operation(Endpoint.OTHER, USER, 40, account_data.order_counts)
        add("GET /api/v3/rateLimit/order", "account.rateLimits.orders", counts)
        add("GET /api/v3/myFilters", "myFilters", _operation(Endpoint.OTHER, USER, 40, account_data.filters))

    def _add_wallet(self, wallet: Wallet, transfers: Transfers, commissions: Commissions) -> None:
        """Add the `/sapi` calls; the address's limit counts them like the others (assumption: their weights)."""
        signed: dict[str, Callable[[Request], Result]] = {
            "GET /sapi/v1/capital/config/getall": wallet.coins,
            "GET /sapi/v1/capital/deposit/hisrec": wallet.deposits,
            "GET /sapi/v1/capital/withdraw/history": wallet.withdrawals,
            "GET /sapi/v1/asset/transfer": transfers.listed,
            "POST /sapi/v1/asset/transfer": transfers.make,
            "GET /sapi/v1/account/status": wallet.account_status,
            "GET /sapi/v1/account/apiTradingStatus": wallet.trading_status,
            "GET /sapi/v1/account/apiRestrictions": wallet.restrictions,
            "GET /sapi/v1/account/info": wallet.account_info,
            "GET /sapi/v1/asset/tradeFee": wallet.trade_fees,
            "GET /sapi/v1/asset/wallet/balance": wallet.wallet_balances,
            "POST /sapi/v3/asset/getUserAsset": wallet.user_assets,
            "POST /sapi/v1/asset/get-funding-asset": empty_list,
            "GET /sapi/v1/bnbBurn": commissions.burn,
            "POST /sapi/v1/bnbBurn": commissions.toggle_burn,
            # Clients ask these while they load the markets: nothing is traded on margin.
            "GET /sapi/v1/margin/allPairs": empty_list,
            "GET /sapi/v1/margin/isolated/allPairs": empty_list,
        }
        for place, run in signed.items():
            self._add(place, None, _operation(Endpoint.OTHER, USER, 1, run))
        self._add("GET /sapi/v1/system/status", None, _operation(Endpoint.OTHER, NONE, 1, wallet.system_status))
        self._add("GET /dapi/v1/exchangeInfo", None, _operation(Endpoint.OTHER, NONE, 1, _no_contracts))


def _operation(
    endpoint: Endpoint, security: Security, weight: int | Weight, run: Callable[[Request], Result]
) -> Operation:
    return Operation(
        endpoint=endpoint, security=security, weight=weight if callable(weight) else lambda _: weight, run=run
    )


def _placing(run: Callable[[Request], Result], endpoint: Endpoint = Endpoint.PLACE) -> Operation:
    return Operation(endpoint=endpoint, security=TRADE, weight=lambda _: 1, run=run, counts_orders=True)


def _one_or(one: int, more: int) -> Weight:
    return lambda parameters: one if parameters.has("symbol") else more


def _symbol_count(parameters: Parameters) -> int:
    """Return how many symbols a request names, without judging it."""
    return parameters.text("symbols").count(",") + 1 if parameters.has("symbols") else 0


def _per_symbol(each: int, most: int, none: int) -> Weight:
    def weigh(parameters: Parameters) -> int:
        if parameters.has("symbol"):
            return each
        count = _symbol_count(parameters)
        return min(each * count, most) if count else none

    return weigh


def _day_weight(parameters: Parameters) -> int:
    if parameters.has("symbol"):
        return 2
    count = _symbol_count(parameters)
    return 80 if count == 0 or count > 100 else 40 if count > 20 else 2


def _trades_weight(parameters: Parameters) -> int:
    return 5 if parameters.has("orderId") else 20


def _prevented_weight(parameters: Parameters) -> int:
    return 20 if parameters.has("orderId") else 2


def _test_weight(parameters: Parameters) -> int:
    return 20 if parameters.text("computeCommissionRates").lower() == "true" else 1


def _depth_weight(parameters: Parameters) -> int:
    limit = parameters.limit(100, 5000)
    return next((weight for most, weight in ((100, 5), (500, 25), (1000, 50)) if limit <= most), 250)


def _no_routing(_: Request) -> Result:
    """Refuse smart order routing: exchangeInfo lists no `sors`."""
    raise BinanceError(-1013, "SOR is not supported for this symbol.")  # Assumption: the wording.


def _no_contracts(request: Request) -> Result:
    request.all_read()
    return Result(
        {"timezone": "UTC", "serverTime": request.now_ms, "rateLimits": [], "exchangeFilters": [], "symbols": []}
    )
