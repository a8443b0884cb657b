"""The funding account: balances, transfers to and from the trading account, currencies (OKX "Funding account").

It begins empty; deposits and withdrawals from outside are not simulated.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from itertools import count

import msgspec

from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.margin import available, wallet_margin
from venuesim.okx import errors
from venuesim.okx.bills import FUNDING_ACCOUNT, TRADING_ACCOUNT
from venuesim.okx.errors import OkxError
from venuesim.okx.figures import Json
from venuesim.okx.holdings import currencies_of
from venuesim.okx.operations import Request, Result
from venuesim.okx.parameters import Parameters
from venuesim.okx.rendering import usd_rate
from venuesim.wire.calls import plain

TRANSFERS_KEPT = 1000
FIRST_TRANSFER_ID = 754_147
VALUATION_PLACES = 8


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer between the two accounts; `balance` is what the funding account then had."""

    transfer_id: int
    client_id: str
    currency: str
    amount: Decimal
    source: str
    target: str
    balance: Decimal
    time_ms: int


class FundingAccounts:
    """The funding accounts of all users."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._balances: defaultdict[int, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
        self._transfers: defaultdict[int, deque[Transfer]] = defaultdict(lambda: deque(maxlen=TRANSFERS_KEPT))
        self._ids = count(FIRST_TRANSFER_ID)
        markets = exchange.markets.values()
        self._assets = sorted({asset for m in markets for asset in (m.instrument.base, m.instrument.quote)})

    # Looking

    def balances(self, request: Request) -> Result:
        """Show what the funding account holds."""
        held = self._balances[request.account.account_id]
        named = currencies_of(request.query)
        shown = [
            {"availBal": plain(amount), "bal": plain(amount), "ccy": asset, "frozenBal": "0"}
            for asset, amount in held.items()
            if amount and (named is None or asset in named)
        ]
        return Result(data=list(shown))

    def currencies(self, request: Request) -> Result:
        """Show the currencies, each on an invented chain of its own name."""
        named = currencies_of(request.query)
        wanted = self._assets if named is None else [asset for asset in self._assets if asset in named]
        return Result(data=[_currency(asset) for asset in wanted])

    def valuation(self, request: Request) -> Result:
        """Show what all accounts together are worth, in `ccy` (BTC without one)."""
        account = request.account
        wanted = request.query.text("ccy") or "BTC"
        rate = usd_rate(self._exchange, wanted)
        if not rate:
            raise errors.malformed("ccy")
        funding = sum((a * self._usd(asset) for asset, a in self._balances[account.account_id].items()), ZERO) / rate
        trading = (
            sum(
                (
                    wallet_margin(account, asset, self._exchange.markets).equity * self._usd(asset)
                    for asset in account.balances
                ),
                ZERO,
            )
            / rate
        )
        return Result(
            data=[
                {
                    "details": {
                        "classic": "0",
                        "earn": "0",
                        "funding": _rounded(funding),
                        "trading": _rounded(trading),
                    },
                    "totalBal": _rounded(funding + trading),
                    "ts": str(request.now_ms),
                }
            ]
        )

    def bills(self, request: Request) -> Result:
        """List the movements of the funding account, newest first."""
        query = request.query
        currency, kind, client_id = query.text("ccy"), query.text("type"), query.text("clientId")
        shown = []
        for transfer in reversed(self._transfers[request.account.account_id]):
            bill = _bill(transfer)
            is_named = currency in {None, transfer.currency} and client_id in {None, transfer.client_id}
            if is_named and kind in {None, bill["type"]}:
                shown.append(bill)
        return Result(data=list(shown[: query.limit()]))

    def nothing(self, request: Request) -> Result:
        """Answer for deposits and withdrawals, of which there are none."""
        assert request.signer is not None, "the operation is private"
        return Result(data=[])

    def deposit_address(self, request: Request) -> Result:
        """Show an invented address."""
        currency = request.query.required("ccy")
        if currency not in self._assets:
            raise errors.malformed("ccy")
        address = f"venuesim{request.account.account_id}{currency.lower()}"
        shown = {
            "addr": address,
            "addrEx": {},
            "ccy": currency,
            "chain": f"{currency}-{currency}",
            "ctAddr": "",
            "memo": "",
            "pmtId": "",
            "selected": True,
            "tag": "",
            "to": TRADING_ACCOUNT,
            "verifiedName": "",
        }
        return Result(data=[shown])

    # Moving

    def transfer(self, request: Request) -> Result:
        """Move an amount from one account to the other."""
        (item,) = request.items
        account = request.account
        if (item.text("type") or "0") != "0":
            raise OkxError("58115", "Sub-account does not exist.")
        currency, amount = item.required("ccy"), _amount(item)
        source, target = _account_of(item, "from"), _account_of(item, "to")
        if source == target:
            raise OkxError("58123", "The From parameter cannot be the same as the To parameter.")
        if currency not in self._assets:
            raise OkxError("58113", "Unable to transfer this crypto")
        client_id = item.client_order_id("clientId") or ""
        funding = self._balances[account.account_id]
        if source == FUNDING_ACCOUNT:
            if funding[currency] < amount:
                raise OkxError("58350", "Insufficient balance.")
        elif self._transferable(account, currency) < amount:
            raise OkxError("58350", "Insufficient balance.")
        sign = 1 if target == TRADING_ACCOUNT else -1
        funding[currency] -= sign * amount
        self._exchange.clearing.move_cash(account, currency, sign * amount)
        transfer = Transfer(
            transfer_id=next(self._ids),
            client_id=client_id,
            currency=currency,
            amount=amount,
            source=source,
            target=target,
            balance=funding[currency],
            time_ms=request.now_ms,
        )
        self._transfers[account.account_id].append(transfer)
        return Result(data=[_transferred(transfer)])

    def transfer_state(self, request: Request) -> Result:
        """Show a transfer by its id, or else by the client's."""
        query = request.query
        transfer_id, client_id = query.integer("transId"), query.text("clientId")
        if transfer_id is None and client_id is None:
            raise errors.either("transId", "clientId")
        is_wanted: Callable[[Transfer], bool] = lambda transfer: (  # noqa: E731 - Two ways to be named.
            transfer.transfer_id == transfer_id if transfer_id is not None else transfer.client_id == client_id
        )
        transfers = reversed(self._transfers[request.account.account_id])
        found = next((transfer for transfer in transfers if is_wanted(transfer)), None)
        if found is None:
            name = "transId" if transfer_id is not None else "clientId"
            raise OkxError("58129", f"{name} is incorrect or {name} does not match with 'type'")
        more = {"instId": "", "state": "success", "subAcct": "", "toInstId": "", "type": "0"}
        return Result(data=[_transferred(found) | more])

    def _transferable(self, account: Account, currency: str) -> Decimal:
        return min(account.balances[currency].free, available(account, currency, self._exchange.markets))

    def _usd(self, asset: str) -> Decimal:
        return usd_rate(self._exchange, asset)


def _amount(item: Parameters) -> Decimal:
    text = item.required("amt")
    if text.lstrip("-").strip("0.") == "" or text.startswith("-"):
        raise OkxError("58114", "Transfer amount must be greater than 0", status=400)
    return item.decimal("amt")


def _account_of(item: Parameters, name: str) -> str:
    value = item.required(name)
    if value not in {FUNDING_ACCOUNT, TRADING_ACCOUNT}:
        raise errors.malformed(name)
    return value


def _transferred(transfer: Transfer) -> Json:
    return {
        "transId": str(transfer.transfer_id),
        "ccy": transfer.currency,
        "clientId": transfer.client_id,
        "from": transfer.source,
        "amt": plain(transfer.amount),
        "to": transfer.target,
    }


def _bill(transfer: Transfer) -> Json:
    """Return a movement of the funding account: 130 came from the trading account, 131 went to it."""
    came_in = transfer.target == FUNDING_ACCOUNT
    return {
        "bal": plain(transfer.balance),
        "balChg": plain(transfer.amount if came_in else -transfer.amount),
        "billId": str(transfer.transfer_id),
        "ccy": transfer.currency,
        "clientId": transfer.client_id,
        "notes": "",
        "ts": str(transfer.time_ms),
        "type": "130" if came_in else "131",
    }


def _currency(asset: str) -> Json:
    zeros = ("minInternal", "minDep", "depQuotaFixed", "usedDepQuotaFixed", "usedWdQuota")
    empty = ("burningFeeRate", "ctAddr", "depEstOpenTime", "logoLink", "maxFeeForCtAddr", "minFeeForCtAddr")
    return {
        **dict.fromkeys(zeros, "0"),
        **dict.fromkeys(empty, ""),
        "canDep": True,
        "canInternal": True,
        "canWd": True,
        "ccy": asset,
        "chain": f"{asset}-{asset}",
        "depQuoteDailyLayer2": "",
        "fee": "0.0001",
        "mainNet": True,
        "maxFee": "0.0002",
        "maxWd": "1000000",
        "minDep": "0.0001",
        "minDepArrivalConfirm": "1",
        "minFee": "0.0001",
        "minWd": "0.001",
        "minWdUnlockConfirm": "2",
        "name": asset,
        "needTag": False,
        "wdEstOpenTime": "",
        "wdQuota": "10000000",
        "wdTickSz": "8",
    }


def _rounded(amount: Decimal) -> str:
    return plain(round(amount, VALUATION_PLACES))
