"""The operations that trade nothing: market data, account, user and assets, with their endpoint, security and quota.

Quotas per account are those of "Rate Limit"; public operations have none but that of the address.
"""

from collections.abc import Iterator
from typing import NamedTuple

from venuesim.bybit.assets import Assets
from venuesim.bybit.contract_data import ContractData
from venuesim.bybit.fee_groups import FeeGroups
from venuesim.bybit.holdings import Holdings
from venuesim.bybit.instruments_info import InstrumentsInfo
from venuesim.bybit.klines import Klines
from venuesim.bybit.market_data import MarketData
from venuesim.bybit.not_simulated import announcements, empty_operations, refused_operations, system_status
from venuesim.bybit.operations import Handler, Operation, Security
from venuesim.bybit.price_index import PriceIndex
from venuesim.bybit.quotas import per_minute, per_second
from venuesim.bybit.transaction_log import TransactionLog
from venuesim.faults import Endpoint

Named = tuple[str, str, Operation]
"""A method, a path below /v5/, and what answers there."""


class DataHalf(NamedTuple):
    """What answers."""

    market_data: MarketData
    instruments_info: InstrumentsInfo
    klines: Klines
    contract_data: ContractData
    price_index: PriceIndex
    fee_groups: FeeGroups
    holdings: Holdings
    transaction_log: TransactionLog
    assets: Assets

    def operations(self) -> Iterator[Named]:
        """Yield every operation."""
        yield from self._market()
        yield from self._account()
        yield from self._asset()
        yield from empty_operations()
        yield from refused_operations()
        for name, run in {"system/status": system_status, "announcements/index": announcements}.items():
            yield "GET", name, Operation(endpoint=Endpoint.OTHER, security=Security.NONE, run=run)

    def _market(self) -> Iterator[Named]:
        handlers: dict[str, tuple[Endpoint, Handler]] = {
            "time": (Endpoint.OTHER, self.market_data.time),
            "instruments-info": (Endpoint.INSTRUMENTS, self.instruments_info.show),
            "tickers": (Endpoint.TICKER, self.market_data.tickers),
            "orderbook": (Endpoint.TICKER, self.market_data.orderbook),
            "rpi_orderbook": (Endpoint.TICKER, self.market_data.rpi_orderbook),
            "recent-trade": (Endpoint.TICKER, self.market_data.recent_trades),
            "price-limit": (Endpoint.OTHER, self.market_data.price_limit),
            "kline": (Endpoint.OTHER, self.klines.traded),
            "mark-price-kline": (Endpoint.OTHER, self.klines.marked),
            "index-price-kline": (Endpoint.OTHER, self.klines.marked),
            "premium-index-price-kline": (Endpoint.OTHER, self.klines.premium),
            "funding/history": (Endpoint.OTHER, self.contract_data.funding_history),
            "open-interest": (Endpoint.OTHER, self.contract_data.open_interest),
            "account-ratio": (Endpoint.OTHER, self.contract_data.account_ratio),
            "risk-limit": (Endpoint.OTHER, self.contract_data.risk_limit),
            "insurance": (Endpoint.OTHER, self.contract_data.insurance),
            "adlAlert": (Endpoint.OTHER, self.contract_data.adl_alert),
            "index-price-components": (Endpoint.OTHER, self.price_index.components),
            "fee-group-info": (Endpoint.OTHER, self.fee_groups.show),
        }
        for name, (endpoint, run) in handlers.items():
            yield "GET", f"market/{name}", Operation(endpoint=endpoint, security=Security.NONE, run=run)

    def _account(self) -> Iterator[Named]:
        holdings = self.holdings
        handlers: dict[str, tuple[int, Handler]] = {
            "account/wallet-balance": (50, holdings.balance),
            "account/withdrawal": (50, holdings.transferable),
            "account/info": (50, holdings.info),
            "account/collateral-info": (50, holdings.collateral),
            "account/borrow-history": (50, holdings.borrow_history),
            "account/transaction-log": (30, self.transaction_log.show),
            "account/instruments-info": (50, holdings.instruments),
            "account/smp-group": (10, holdings.smp_group),
            "account/user-setting-config": (10, holdings.settings),
            "account/query-dcp-info": (10, holdings.dcp_info),
            "asset/coin-greeks": (50, holdings.greeks),
            "user/query-api": (10, holdings.api_key),
            "user/get-member-type": (10, holdings.member_type),
            "user/query-sub-members": (10, holdings.sub_members),
        }
        for name, (limit, run) in handlers.items():
            endpoint = Endpoint.BALANCES if name == "account/wallet-balance" else Endpoint.OTHER
            yield (
                "GET",
                name,
                Operation(endpoint=endpoint, security=Security.READ, run=run, quota=per_second(name, limit)),
            )
        name = "account/fee-rate"
        quota = per_second(name, 5, linear=10)
        yield (
            "GET",
            name,
            Operation(endpoint=Endpoint.OTHER, security=Security.READ, run=holdings.fee_rates, quota=quota),
        )
        upgrade = Operation(endpoint=Endpoint.OTHER, security=Security.TRADE, run=holdings.upgrade)
        yield "POST", "account/upgrade-to-uta", upgrade

    def _asset(self) -> Iterator[Named]:
        assets = self.assets
        read: dict[str, tuple[int, Handler]] = {
            "transfer/query-transfer-coin-list": (60, assets.transferable_coins),
            "transfer/query-inter-transfer-list": (60, assets.transfers),
            "transfer/query-account-coins-balance": (300, assets.balances),
            "transfer/query-account-coin-balance": (300, assets.one_balance),
            "deposit/query-record": (100, assets.deposits),
            "deposit/query-address": (300, assets.deposit_address),
            "withdraw/query-record": (300, assets.withdrawals),
            "withdraw/withdrawable-amount": (300, assets.withdrawable),
            "exchange/order-record": (600, assets.conversions),
            "settlement-record": (300, assets.settlements),
            "delivery-record": (300, assets.settlements),
        }
        coins = Operation(
            endpoint=Endpoint.OTHER, security=Security.READ, run=assets.coins, quota=per_second("coin/query-info", 5)
        )
        yield "GET", "asset/coin/query-info", coins
        for name, (limit, run) in read.items():
            operation = Operation(
                endpoint=Endpoint.OTHER, security=Security.READ, run=run, quota=per_minute(name, limit)
            )
            yield "GET", f"asset/{name}", operation
        for name, run in {"transfer/inter-transfer": assets.transfer, "withdraw/create": assets.withdraw}.items():
            operation = Operation(endpoint=Endpoint.OTHER, security=Security.TRADE, run=run, quota=per_minute(name, 60))
            yield "POST", f"asset/{name}", operation
