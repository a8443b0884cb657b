"""The wallet's own API (`/sapi`), as far as clients ask it at the start or beside trading, for a spot-only account."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.spot.commission import account_rates
from venuesim.binance.spot.formats import Json, eight
from venuesim.binance.spot.instruments import Instruments
from venuesim.exchange.accounts import ZERO, Account, Balance
from venuesim.exchange.engine import Exchange
from venuesim.exchange.flows import Flow
from venuesim.exchange.instruments import Instrument
from venuesim.exchange.vocabulary import FlowKind

DEPOSIT_SUCCESS = 1
WITHDRAWAL_COMPLETED = 6


class Wallet:
    """Answers the wallet endpoints."""

    def __init__(self, exchange: Exchange, instruments: Instruments) -> None:
        self._exchange = exchange
        self._instruments = instruments

    def coins(self, request: Request) -> Result:
        """List every coin with the account's balance. Assumption: each has one network of its own name."""
        request.all_read()
        assets = {asset for market in self._exchange.markets.values() for asset in _assets(market.instrument)}
        return Result([_coin(asset, request.account.balances.get(asset, Balance())) for asset in sorted(assets)])

    def system_status(self, request: Request) -> Result:
        """Say that the venue is not under maintenance."""
        request.all_read()
        return Result({"status": 0, "msg": "normal"})

    def account_status(self, request: Request) -> Result:
        """Say that the account is in order."""
        request.all_read()
        return Result({"data": "Normal"})

    def trading_status(self, request: Request) -> Result:
        """Say that the account may trade by API."""
        request.all_read()
        triggers = {"GCR": 150, "IFER": 150, "UFR": 300}
        status = {"isLocked": False, "plannedRecoverTime": 0, "triggerCondition": triggers, "updateTime": 0}
        return Result({"data": status})

    def account_info(self, request: Request) -> Result:
        """Show what the account may use: spot alone."""
        request.all_read()
        return Result({"vipLevel": 0, "isMarginEnabled": False, "isFutureEnabled": False})

    def restrictions(self, request: Request) -> Result:
        """Show what the API key may do."""
        request.all_read()
        permissions = request.account.granted
        return Result(
            {
                "ipRestrict": False,
                "createTime": request.account.created_ms,
                "enableReading": "read" in permissions,
                "enableSpotAndMarginTrading": "trade" in permissions,
                "enableWithdrawals": "withdraw" in permissions,
                "enableInternalTransfer": "transfer" in permissions,
                "enableMargin": False,
                "enableFutures": False,
                "permitsUniversalTransfer": "transfer" in permissions,
                "enableVanillaOptions": False,
                "enableFixApiTrade": False,
                "enableFixReadOnly": False,
                "enablePortfolioMarginTrading": False,
            }
        )

    def trade_fees(self, request: Request) -> Result:
        """Show the account's fee rates, of one symbol or of all."""
        instrument = self._instruments.read_optional(request.parameters)
        request.all_read()
        instruments = (
            [market.instrument for market in self._exchange.markets.values()] if instrument is None else [instrument]
        )
        rows: list[Json] = []
        for entry in instruments:
            maker, taker = account_rates(request.account, entry)
            rows.append({"symbol": entry.venue_id, "makerCommission": maker, "takerCommission": taker})
        return Result(rows)

    def user_assets(self, request: Request) -> Result:
        """Show the assets that the account has, or one of them; none is frozen or being withdrawn."""
        parameters = request.parameters
        wanted = parameters.optional("asset")
        needs_btc_value = parameters.boolean("needBtcValuation")
        request.all_read()
        return Result(
            [
                {
                    "asset": asset,
                    "free": eight(balance.free),
                    "locked": eight(balance.locked),
                    "freeze": "0",
                    "withdrawing": "0",
                    "ipoable": "0",
                    "btcValuation": eight(self._in_btc(asset, balance.total)) if needs_btc_value else "0",
                }
                for asset, balance in sorted(request.account.balances.items())
                if balance.total and wanted in {None, asset}
            ]
        )

    def wallet_balances(self, request: Request) -> Result:
        """Show what each wallet is worth; the account has none but spot."""
        quote = request.parameters.optional("quoteAsset") or "BTC"
        request.all_read()
        total = sum(
            (balance.total * self._exchange.clearing.worth(asset, quote) for asset, balance in _held(request.account)),
            ZERO,
        )
        return Result([{"activate": True, "balance": eight(total), "walletName": "Spot"}])

    def deposits(self, request: Request) -> Result:
        """Show the deposits, which are credited at once ("Deposit History")."""

        def row(flow: Flow) -> Json:
            return {"status": DEPOSIT_SUCCESS, "insertTime": flow.time_ms, "completeTime": flow.time_ms}

        return self._flows(request, FlowKind.DEPOSIT, row)

    def withdrawals(self, request: Request) -> Result:
        """Show the withdrawals, which arrive at once and cost nothing ("Withdraw History": its times are words)."""

        def row(flow: Flow) -> Json:
            moved_at = f"{datetime.fromtimestamp(flow.time_ms // 1000, UTC):%Y-%m-%d %H:%M:%S}"
            completed = {"status": WITHDRAWAL_COMPLETED, "transactionFee": "0"}
            return {**completed, "applyTime": moved_at, "completeTime": moved_at}

        return self._flows(request, FlowKind.WITHDRAWAL, row)

    def _flows(self, request: Request, kind: FlowKind, row: Callable[[Flow], Json]) -> Result:
        parameters = request.parameters
        coin = parameters.optional("coin")
        start_ms, end_ms = parameters.time_ms("startTime") or 0, parameters.time_ms("endTime")
        offset, limit = parameters.integer("offset", 0) or 0, parameters.limit(1000, 1000)
        parameters.skip("status", "includeSource", "txId", "withdrawOrderId")
        request.all_read()
        found = [
            {
                "id": str(flow.flow_id),
                "amount": f"{abs(flow.amount):f}",
                "coin": flow.asset,
                "network": flow.asset,
                **row(flow),
            }
            for flow in self._exchange.flows.newest_first(request.account)
            if flow.kind is kind
            and coin in {None, flow.asset}
            and start_ms <= flow.time_ms <= (request.now_ms if end_ms is None else end_ms)
        ]
        return Result(found[offset : offset + limit])

    def _in_btc(self, asset: str, amount: Decimal) -> Decimal:
        return amount * self._exchange.clearing.worth(asset, "BTC")


def empty_list(request: Request) -> Result:
    """Say that there is none: no margin pair, no other wallet."""
    request.all_read()
    return Result([])


def not_enabled(_: Request) -> Result:
    """Refuse what a spot-only account cannot do."""
    raise BinanceError(-3003, "Margin account does not exist.")


def _held(account: Account) -> list[tuple[str, Balance]]:
    return [(asset, balance) for asset, balance in account.balances.items() if balance.total]


def _assets(instrument: Instrument) -> tuple[str, str]:
    return instrument.base, instrument.quote


def _coin(asset: str, balance: Balance) -> Json:
    return {
        "coin": asset,
        "depositAllEnable": True,
        "withdrawAllEnable": True,
        "name": asset,
        "free": eight(balance.free),
        "locked": eight(balance.locked),
        "freeze": "0",
        "withdrawing": "0",
        "ipoing": "0",
        "ipoable": "0",
        "storage": "0",
        "isLegalMoney": False,
        "trading": True,
        "networkList": [
            {
                "network": asset,
                "coin": asset,
                "withdrawIntegerMultiple": "0.00000001",
                "isDefault": True,
                "depositEnable": True,
                "withdrawEnable": True,
                "depositDesc": "",
                "withdrawDesc": "",
                "specialTips": "",
                "name": asset,
                "resetAddressStatus": False,
                "addressRegex": "",
                "memoRegex": "",
                "withdrawFee": "0",
                "withdrawMin": "0.00000001",
                "withdrawMax": "9999999",
                "minConfirm": 1,
                "unLockConfirm": 1,
                "sameAddress": False,
                "estimatedArrivalTime": 1,
                "busy": False,
            }
        ],
    }
