"""Every operation of the USDⓈ-M API with its endpoint name, security and weight, by REST path and socket method."""

from collections.abc import Callable

from venuesim.binance.futures.algo_operations import AlgoOperations
from venuesim.binance.futures.canceling import Canceling
from venuesim.binance.futures.candles import CandleData, candles_weight
from venuesim.binance.futures.funding_data import FundingData
from venuesim.binance.futures.listen_keys import ListenKeys
from venuesim.binance.futures.lookups import Lookups
from venuesim.binance.futures.market_data import MarketData, depth_weight
from venuesim.binance.futures.modifying import Modifying
from venuesim.binance.futures.placing import Placing
from venuesim.binance.futures.price_data import PriceData
from venuesim.binance.futures.settings import Settings
from venuesim.binance.futures.statements import Statements
from venuesim.binance.futures.statistics_data import StatisticsData
from venuesim.binance.futures.wallet import Wallet
from venuesim.binance.operations import Operation, Request, Result, Security
from venuesim.binance.parameters import Parameters
from venuesim.faults import Endpoint

Weight = Callable[[Parameters], int]
Run = Callable[[Request], Result]
Routes = dict[tuple[str, str], Operation]

NONE, KEY, USER, TRADE = Security.NONE, Security.API_KEY, Security.USER_DATA, Security.TRADE


class Catalog:
    """The operations, by path for REST and by method for the WebSocket API."""

    def __init__(
        self,
        *,
        market_data: MarketData,
        prices: PriceData,
        funding: FundingData,
        candles: CandleData,
        statistics: StatisticsData,
        placing: Placing,
        modifying: Modifying,
        canceling: Canceling,
        lookups: Lookups,
        algos: AlgoOperations,
        wallet: Wallet,
        settings: Settings,
        statements: Statements,
        listen_keys: ListenKeys,
    ) -> None:
        self.rest: Routes = {
            **_public(market_data, prices, funding),
            **_candles(candles),
            **_statistics(statistics),
            **_orders(placing, modifying, canceling, lookups),
            **_algos(algos),
            **_account(wallet, settings, statements),
            **_listen_keys(listen_keys),
        }
        rest = self.rest
        self.socket: dict[str, Operation] = {
            "ping": rest["GET", "/fapi/v1/ping"],
            "time": rest["GET", "/fapi/v1/time"],
            "depth": rest["GET", "/fapi/v1/depth"],
            "ticker.price": rest["GET", "/fapi/v1/ticker/price"],
            "ticker.book": rest["GET", "/fapi/v1/ticker/bookTicker"],
            "order.place": rest["POST", "/fapi/v1/order"],
            "order.modify": rest["PUT", "/fapi/v1/order"],
            "order.cancel": rest["DELETE", "/fapi/v1/order"],
            "order.status": rest["GET", "/fapi/v1/order"],
            "algoOrder.place": rest["POST", "/fapi/v1/algoOrder"],
            "algoOrder.cancel": rest["DELETE", "/fapi/v1/algoOrder"],
            "account.balance": rest["GET", "/fapi/v2/balance"],
            "v2/account.balance": rest["GET", "/fapi/v3/balance"],
            "account.status": rest["GET", "/fapi/v2/account"],
            "v2/account.status": rest["GET", "/fapi/v3/account"],
            "account.position": rest["GET", "/fapi/v2/positionRisk"],
            "v2/account.position": rest["GET", "/fapi/v3/positionRisk"],
            "userDataStream.start": rest["POST", "/fapi/v1/listenKey"],
            "userDataStream.ping": rest["PUT", "/fapi/v1/listenKey"],
            "userDataStream.stop": rest["DELETE", "/fapi/v1/listenKey"],
        }


def _public(data: MarketData, prices: PriceData, funding: FundingData) -> Routes:
    ticker, instruments, other = Endpoint.TICKER, Endpoint.INSTRUMENTS, Endpoint.OTHER
    price = _operation(ticker, NONE, _by_symbol(1, 2), prices.ticker_price)
    return {
        ("GET", "/fapi/v1/ping"): _operation(other, NONE, 1, data.ping),
        ("GET", "/fapi/v1/time"): _operation(other, NONE, 1, data.time),
        ("GET", "/fapi/v1/exchangeInfo"): _operation(instruments, NONE, 1, data.exchange_info),
        ("GET", "/fapi/v1/depth"): _operation(ticker, NONE, depth_weight, data.depth),
        ("GET", "/fapi/v1/rpiDepth"): _operation(ticker, NONE, 20, data.rpi_depth),
        ("GET", "/fapi/v1/trades"): _operation(ticker, NONE, 5, data.trades),
        ("GET", "/fapi/v1/historicalTrades"): _operation(ticker, KEY, 200, data.historical_trades),
        ("GET", "/fapi/v1/aggTrades"): _operation(ticker, NONE, 20, data.aggregate_trades),
        ("GET", "/fapi/v1/ticker/24hr"): _operation(ticker, NONE, _by_symbol(1, 40), prices.ticker_day),
        ("GET", "/fapi/v1/ticker/price"): price,
        ("GET", "/fapi/v2/ticker/price"): price,
        ("GET", "/fapi/v1/ticker/bookTicker"): _operation(ticker, NONE, _by_symbol(2, 5), prices.ticker_book),
        ("GET", "/fapi/v1/premiumIndex"): _operation(ticker, NONE, _by_symbol(1, 10), prices.premium_index),
        ("GET", "/fapi/v1/fundingRate"): _operation(other, NONE, 0, funding.funding_rates),
        ("GET", "/fapi/v1/fundingInfo"): _operation(other, NONE, 0, funding.funding_info),
        ("GET", "/fapi/v1/openInterest"): _operation(other, NONE, 1, funding.open_interest),
        ("GET", "/fapi/v1/constituents"): _operation(other, NONE, 2, prices.constituents),
        ("GET", "/fapi/v1/indexInfo"): _operation(other, NONE, 1, prices.index_info),
        ("GET", "/fapi/v1/assetIndex"): _operation(other, NONE, _by_symbol(1, 10), prices.asset_index),
        ("GET", "/fapi/v1/symbolAdlRisk"): _operation(other, NONE, 1, funding.adl_risk),
        ("GET", "/fapi/v1/insuranceBalance"): _operation(other, NONE, 1, funding.insurance_balance),
    }


def _candles(candles: CandleData) -> Routes:
    calls: dict[str, Run] = {
        "klines": candles.klines,
        "continuousKlines": candles.continuous,
        "indexPriceKlines": candles.index_price,
        "markPriceKlines": candles.mark_price,
        "premiumIndexKlines": candles.premium,
    }
    return {
        ("GET", f"/fapi/v1/{name}"): _operation(Endpoint.TICKER, NONE, candles_weight, run)
        for name, run in calls.items()
    }


def _statistics(data: StatisticsData) -> Routes:
    calls: dict[str, Run] = {
        "openInterestHist": data.open_interest,
        "topLongShortPositionRatio": data.ratio,
        "topLongShortAccountRatio": data.ratio,
        "globalLongShortAccountRatio": data.ratio,
        "takerlongshortRatio": data.taker_volume,
        "basis": data.basis,
        "delivery-price": data.deliveries,
    }
    return {("GET", f"/futures/data/{name}"): _operation(Endpoint.OTHER, NONE, 0, run) for name, run in calls.items()}


def _orders(placing: Placing, modifying: Modifying, canceling: Canceling, lookups: Lookups) -> Routes:
    place, cancel, query = Endpoint.PLACE, Endpoint.CANCEL, Endpoint.QUERY
    return {
        ("POST", "/fapi/v1/order"): _counted(place, placing.place),
        ("POST", "/fapi/v1/order/test"): _operation(Endpoint.OTHER, TRADE, 0, placing.test),
        ("POST", "/fapi/v1/batchOrders"): _operation(place, TRADE, 5, placing.place_batch),
        ("PUT", "/fapi/v1/order"): _counted(Endpoint.AMEND, modifying.modify),
        ("PUT", "/fapi/v1/batchOrders"): _operation(Endpoint.AMEND, TRADE, 5, modifying.modify_batch),
        ("GET", "/fapi/v1/orderAmendment"): _operation(query, USER, 1, modifying.history),
        ("DELETE", "/fapi/v1/order"): _operation(cancel, TRADE, 1, canceling.cancel),
        ("DELETE", "/fapi/v1/batchOrders"): _operation(cancel, TRADE, 1, canceling.cancel_many),
        ("DELETE", "/fapi/v1/allOpenOrders"): _operation(cancel, TRADE, 1, canceling.cancel_all),
        ("POST", "/fapi/v1/countdownCancelAll"): _operation(Endpoint.OTHER, TRADE, 10, canceling.count_down),
        ("GET", "/fapi/v1/order"): _operation(query, USER, 1, lookups.query),
        ("GET", "/fapi/v1/openOrder"): _operation(query, USER, 1, lookups.open_order),
        ("GET", "/fapi/v1/openOrders"): _operation(Endpoint.OPEN_ORDERS, USER, _by_symbol(1, 40), lookups.open_orders),
        ("GET", "/fapi/v1/allOrders"): _operation(query, USER, 5, lookups.all_orders),
        ("GET", "/fapi/v1/userTrades"): _operation(Endpoint.EXECUTIONS, USER, 5, lookups.user_trades),
        ("GET", "/fapi/v1/forceOrders"): _operation(query, USER, _by_symbol(20, 50), lookups.force_orders),
    }


def _algos(algos: AlgoOperations) -> Routes:
    place, cancel, query = Endpoint.PLACE, Endpoint.CANCEL, Endpoint.QUERY
    return {
        ("POST", "/fapi/v1/algoOrder"): _counted(place, algos.place),
        ("DELETE", "/fapi/v1/algoOrder"): _operation(cancel, TRADE, 1, algos.cancel),
        ("GET", "/fapi/v1/algoOrder"): _operation(query, USER, 1, algos.query),
        ("DELETE", "/fapi/v1/algoOpenOrders"): _operation(cancel, TRADE, 1, algos.cancel_all),
        ("GET", "/fapi/v1/openAlgoOrders"): _operation(
            Endpoint.OPEN_ORDERS, USER, _by_symbol(1, 40), algos.open_orders
        ),
        ("GET", "/fapi/v1/allAlgoOrders"): _operation(query, USER, 5, algos.all_orders),
    }


def _account(wallet: Wallet, settings: Settings, statements: Statements) -> Routes:
    balances, positions, other = Endpoint.BALANCES, Endpoint.POSITIONS, Endpoint.OTHER
    return {
        ("GET", "/fapi/v2/balance"): _operation(balances, USER, 5, wallet.balance),
        ("GET", "/fapi/v3/balance"): _operation(balances, USER, 5, wallet.balance),
        ("GET", "/fapi/v2/account"): _operation(balances, USER, 5, wallet.account_v2),
        ("GET", "/fapi/v3/account"): _operation(balances, USER, 5, wallet.account_v3),
        ("GET", "/fapi/v2/positionRisk"): _operation(positions, USER, 5, wallet.position_risk_v2),
        ("GET", "/fapi/v3/positionRisk"): _operation(positions, USER, 5, wallet.position_risk_v3),
        ("GET", "/fapi/v1/accountConfig"): _operation(other, USER, 5, wallet.config),
        ("GET", "/fapi/v1/symbolConfig"): _operation(other, USER, 5, wallet.symbol_config),
        ("GET", "/fapi/v1/adlQuantile"): _operation(other, USER, 5, wallet.adl_quantile),
        ("GET", "/fapi/v1/pmAccountInfo"): _operation(other, USER, 5, wallet.portfolio_margin),
        ("POST", "/fapi/v1/leverage"): _operation(other, TRADE, 1, settings.change_leverage),
        ("POST", "/fapi/v1/marginType"): _operation(other, TRADE, 1, settings.change_margin_type),
        ("GET", "/fapi/v1/positionSide/dual"): _operation(other, USER, 30, settings.position_mode),
        ("POST", "/fapi/v1/positionSide/dual"): _operation(other, TRADE, 1, settings.change_position_mode),
        ("GET", "/fapi/v1/multiAssetsMargin"): _operation(other, USER, 30, settings.multi_assets_mode),
        ("POST", "/fapi/v1/multiAssetsMargin"): _operation(other, TRADE, 1, settings.change_multi_assets_mode),
        ("POST", "/fapi/v1/positionMargin"): _operation(other, TRADE, 1, settings.change_position_margin),
        ("GET", "/fapi/v1/positionMargin/history"): _operation(other, USER, 1, settings.position_margin_history),
        ("GET", "/fapi/v1/feeBurn"): _operation(other, USER, 30, settings.fee_burn),
        ("POST", "/fapi/v1/feeBurn"): _operation(other, TRADE, 1, settings.change_fee_burn),
        ("GET", "/fapi/v1/income"): _operation(other, USER, 30, statements.income),
        ("GET", "/fapi/v1/commissionRate"): _operation(other, USER, 20, statements.commission_rate),
        ("GET", "/fapi/v1/leverageBracket"): _operation(other, USER, 1, statements.leverage_brackets),
        ("GET", "/fapi/v1/rateLimit/order"): _operation(other, USER, 1, statements.order_limits),
        ("GET", "/fapi/v1/apiTradingStatus"): _operation(other, USER, _by_symbol(1, 10), statements.trading_status),
    }


def _listen_keys(listen_keys: ListenKeys) -> Routes:
    calls: dict[str, Run] = {
        "POST": listen_keys.start,
        "PUT": listen_keys.keep_alive,
        "DELETE": listen_keys.stop,
    }
    return {(method, "/fapi/v1/listenKey"): _operation(Endpoint.OTHER, KEY, 1, run) for method, run in calls.items()}


def _operation(endpoint: Endpoint, security: Security, weight: int | Weight, run: Run) -> Operation:
    return Operation(
        endpoint=endpoint, security=security, weight=weight if callable(weight) else lambda _: weight, run=run
    )


def _counted(endpoint: Endpoint, run: Run) -> Operation:
    """Return an operation that counts as an order instead of weighing; answers by socket tell these counts."""
    return Operation(endpoint=endpoint, security=TRADE, weight=lambda _: 0, run=run, counts_orders=True)


def _by_symbol(with_symbol: int, without: int) -> Weight:
    return lambda parameters: with_symbol if parameters.has("symbol") else without
