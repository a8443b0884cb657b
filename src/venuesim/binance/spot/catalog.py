"""Every operation with its endpoint name, security and weight, by REST path and by WebSocket method."""

from collections.abc import Callable

from venuesim.binance.operations import Operation, Request, Result, Security
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.market_data import MarketData
from venuesim.binance.spot.placing import Placing
from venuesim.binance.spot.trading import Trading
from venuesim.faults import Endpoint

Weight = Callable[[Parameters], int]


class Catalog:
    """The operations of the simulated Binance."""

    def __init__(self, *, market_data: MarketData, placing: Placing, trading: Trading) -> None:
        none, user, trade = Security.NONE, Security.USER_DATA, Security.TRADE
        ping = _operation(Endpoint.OTHER, none, 1, market_data.ping)
        time = _operation(Endpoint.OTHER, none, 1, market_data.time)
        info = _operation(Endpoint.INSTRUMENTS, none, 20, market_data.exchange_info)
        depth = _operation(Endpoint.TICKER, none, _depth_weight, market_data.depth)
        day = _operation(Endpoint.TICKER, none, _by_symbol(2, 80), market_data.ticker_day)
        price = _operation(Endpoint.TICKER, none, _by_symbol(2, 4), market_data.ticker_price)
        book = _operation(Endpoint.TICKER, none, _by_symbol(2, 4), market_data.ticker_book)
        account = _operation(Endpoint.BALANCES, user, 20, trading.account)
        place = _operation(Endpoint.PLACE, trade, 1, placing.place)
        cancel = _operation(Endpoint.CANCEL, trade, 1, trading.cancel)
        cancel_all = _operation(Endpoint.CANCEL, trade, 1, trading.cancel_all)
        query = _operation(Endpoint.QUERY, user, 4, trading.query)
        open_orders = _operation(Endpoint.OPEN_ORDERS, user, _by_symbol(6, 80), trading.open_orders)
        all_orders = _operation(Endpoint.QUERY, user, 20, trading.all_orders)
        trades = _operation(Endpoint.EXECUTIONS, user, _trades_weight, trading.my_trades)
        nothing = _operation(Endpoint.OTHER, user, 1, _empty_list)
        no_contracts = _operation(Endpoint.OTHER, none, 1, _no_contracts)
        self.rest: dict[tuple[str, str], Operation] = {
            ("GET", "/api/v3/ping"): ping,
            ("GET", "/api/v3/time"): time,
            ("GET", "/api/v3/exchangeInfo"): info,
            ("GET", "/api/v3/depth"): depth,
            ("GET", "/api/v3/ticker/24hr"): day,
            ("GET", "/api/v3/ticker/price"): price,
            ("GET", "/api/v3/ticker/bookTicker"): book,
            ("GET", "/api/v3/account"): account,
            ("POST", "/api/v3/order"): place,
            ("DELETE", "/api/v3/order"): cancel,
            ("GET", "/api/v3/order"): query,
            ("GET", "/api/v3/openOrders"): open_orders,
            ("DELETE", "/api/v3/openOrders"): cancel_all,
            ("GET", "/api/v3/allOrders"): all_orders,
            ("GET", "/api/v3/myTrades"): trades,
            # Clients ask these while they load the markets: there is no margin, and no contract is listed yet.
            ("GET", "/sapi/v1/capital/config/getall"): nothing,
            ("GET", "/sapi/v1/margin/allPairs"): nothing,
            ("GET", "/sapi/v1/margin/isolated/allPairs"): nothing,
            ("GET", "/fapi/v1/exchangeInfo"): no_contracts,
            ("GET", "/dapi/v1/exchangeInfo"): no_contracts,
        }
        self.socket: dict[str, Operation] = {
            "ping": ping,
            "time": time,
            "exchangeInfo": info,
            "depth": depth,
            "ticker.24hr": day,
            "ticker.price": price,
            "ticker.book": book,
            "account.status": account,
            "order.place": place,
            "order.cancel": cancel,
            "order.status": query,
            "openOrders.status": open_orders,
            "openOrders.cancelAll": cancel_all,
            "allOrders": all_orders,
            "myTrades": trades,
        }


def _operation(
    endpoint: Endpoint, security: Security, weight: int | Weight, run: Callable[[Request], Result]
) -> Operation:
    return Operation(
        endpoint=endpoint, security=security, weight=weight if callable(weight) else lambda _: weight, run=run
    )


def _by_symbol(with_symbol: int, without: int) -> Weight:
    return lambda parameters: with_symbol if parameters.has("symbol") else without


def _trades_weight(parameters: Parameters) -> int:
    return 5 if parameters.has("orderId") else 20


def _depth_weight(parameters: Parameters) -> int:
    limit = parameters.limit(100, 5000)
    return next((weight for most, weight in ((100, 5), (500, 25), (1000, 50)) if limit <= most), 250)


def _empty_list(request: Request) -> Result:
    request.all_read()
    return Result([])


def _no_contracts(request: Request) -> Result:
    request.all_read()
    return Result(
        {"timezone": "UTC", "serverTime": request.now_ms, "rateLimits": [], "exchangeFilters": [], "symbols": []}
    )
