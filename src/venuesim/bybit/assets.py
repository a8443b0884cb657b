"""Coins, deposits and transfers between the unified and the funding wallet ("Asset")."""

from collections import defaultdict
from decimal import Decimal

import msgspec

from venuesim.bybit import errors
from venuesim.bybit.errors import BybitError
from venuesim.bybit.holdings import FUNDING, UNIFIED, coins_of, user_id
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Parameters
from venuesim.bybit.wallets import Wallets
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.vocabulary import FlowKind
from venuesim.wire.calls import plain

ACCOUNT_TYPES = (UNIFIED, FUNDING)
DEPOSIT_SUCCEEDED = 3
ROWS_MAX = 50
UNIFIED_COINS_MAX = 10
SUCCESS = "success"
"""What these endpoints say instead of OK."""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer that was made."""

    transfer_id: str
    coin: str
    amount: Decimal
    source: str
    target: str
    time_ms: int

    def row(self) -> Json:
        """Return it as the list shows it."""
        return {
            "transferId": self.transfer_id,
            "coin": self.coin,
            "amount": plain(self.amount),
            "timestamp": str(self.time_ms),
            "status": "SUCCESS",
            "fromAccountType": self.source,
            "toAccountType": self.target,
        }


class Assets:
    """Answers the asset endpoints. The funding wallet starts empty; what is in it can only be transferred back."""

    def __init__(self, exchange: Exchange, wallets: Wallets) -> None:
        self._exchange = exchange
        self._wallets = wallets
        self._coins = coins_of(exchange)
        self._funding: defaultdict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        self._transfers: defaultdict[int, dict[str, Transfer]] = defaultdict(dict)
        self._transferred_flows: set[int] = set()

    def coins(self, request: Request) -> Result:
        """Show the coins, each on an invented chain of its own name."""
        wanted = request.parameters.text("coin")
        rows = [_coin(coin) for coin in self._coins if wanted in {None, coin}]
        return Result(result={"rows": rows}, message=SUCCESS)

    # Balances

    def balances(self, request: Request) -> Result:
        """Show one wallet: of the unified one at most ten coins, which must be named."""
        parameters, account = request.parameters, request.account
        kind = _account_type(parameters, "accountType")
        wanted = parameters.text("coin")
        names = self._coins if wanted is None else wanted.split(",")
        if kind == UNIFIED and (wanted is None or len(names) > UNIFIED_COINS_MAX):
            raise errors.parameter("params error: coin is required for UNIFIED, and at most 10")
        rows = [self._balance(account, kind, coin) for coin in names]
        owner = {"memberId": str(user_id(account)), "accountType": kind}
        return Result(result={**owner, "balance": rows}, message=SUCCESS)

    def one_balance(self, request: Request) -> Result:
        """Show one coin of one wallet."""
        parameters, account = request.parameters, request.account
        kind = _account_type(parameters, "accountType")
        balance = self._balance(account, kind, parameters.required("coin"))
        owner = {"accountType": kind, "bizType": 1, "accountId": str(user_id(account))}
        more = {"transferSafeAmount": "", "ltvTransferSafeAmount": ""}
        return Result(
            result={**owner, "memberId": str(user_id(account)), "balance": {**balance, **more}}, message=SUCCESS
        )

    def withdrawable(self, request: Request) -> Result:
        """Show how much of a coin may leave the venue."""
        account, coin = request.account, request.parameters.required("coin")
        amounts = {"UTA": self._wallets.transferable(account, coin), "FUND": self._held(account, FUNDING, coin)}
        wallets = {
            name: {"coin": coin, "withdrawableAmount": plain(amount), "availableBalance": plain(amount)}
            for name, amount in amounts.items()
        }
        return Result(result={"limitAmountUsd": "1000000", "withdrawableAmount": wallets}, message=SUCCESS)

    # Transfers

    def transferable_coins(self, request: Request) -> Result:
        """Show which coins can be moved between two wallets: all."""
        for name in ("fromAccountType", "toAccountType"):
            _account_type(request.parameters, name)
        return Result(result={"list": self._coins}, message=SUCCESS)

    def transfer(self, request: Request) -> Result:
        """Move a coin between the two wallets at once."""
        parameters, account = request.parameters, request.account
        transfer = Transfer(
            transfer_id=parameters.required("transferId"),
            coin=parameters.required("coin"),
            amount=parameters.decimal("amount"),
            source=_account_type(parameters, "fromAccountType"),
            target=_account_type(parameters, "toAccountType"),
            time_ms=request.now_ms,
        )
        if transfer.source == transfer.target or transfer.coin not in self._coins:
            raise errors.parameter("params error: account type or coin invalid")
        if transfer.transfer_id in self._transfers[account.account_id]:
            raise BybitError(131214, "Transfer ID is duplicated.")  # Assumption: the code and the sentence.
        if transfer.amount > self._held(account, transfer.source, transfer.coin):
            raise BybitError(131212, "User Insufficient balance")
        self._move(account, transfer)
        return Result(result={"transferId": transfer.transfer_id, "status": "SUCCESS"}, message=SUCCESS)

    def transfers(self, request: Request) -> Result:
        """Show the transfers, the newest first."""
        parameters = request.parameters
        wanted_id, wanted_coin = parameters.text("transferId"), parameters.text("coin")
        made = reversed(self._transfers[request.account.account_id].values())
        rows = [
            transfer.row()
            for transfer in made
            if wanted_id in {None, transfer.transfer_id} and wanted_coin in {None, transfer.coin}
        ]
        limit = parameters.limit(default=20, maximum=ROWS_MAX)
        return Result(result={"list": rows[:limit], "nextPageCursor": ""}, message=SUCCESS)

    # Deposits and withdrawals

    def deposits(self, request: Request) -> Result:
        """Show what was paid in, the newest first."""
        parameters = request.parameters
        wanted = parameters.text("coin")
        rows = [
            _deposit(flow.asset, flow.amount, flow.time_ms, flow.flow_id)
            for flow in self._exchange.flows.newest_first(request.account)
            if flow.kind is FlowKind.DEPOSIT
            and flow.flow_id not in self._transferred_flows
            and wanted in {None, flow.asset}
        ]
        limit = parameters.limit(default=ROWS_MAX, maximum=ROWS_MAX)
        return Result(result={"rows": rows[:limit], "nextPageCursor": ""}, message=SUCCESS)

    def deposit_address(self, request: Request) -> Result:
        """Show an invented address that nobody can pay to."""
        coin = request.parameters.required("coin")
        if coin not in self._coins:
            raise errors.parameter("params error: coin invalid")
        chain = {
            "chainType": coin,
            "addressDeposit": f"venuesim{user_id(request.account)}{coin.lower()}",
            "tagDeposit": "",
            "chain": coin,
            "batchReleaseLimit": "-1",
            "contractAddress": "",
        }
        return Result(result={"coin": coin, "chains": [chain]}, message=SUCCESS)

    def withdrawals(self, _: Request) -> Result:
        """Show that nothing was withdrawn: withdrawing is not simulated."""
        return Result(result={"rows": [], "nextPageCursor": ""}, message=SUCCESS)

    def withdraw(self, _: Request) -> Result:
        """Refuse to withdraw: no key has the permission."""
        raise errors.not_permitted()

    def conversions(self, _: Request) -> Result:
        """Show that nothing was converted."""
        return Result(result={"orderBody": [], "nextPageCursor": ""})

    def settlements(self, request: Request) -> Result:
        """Show no session settlements or deliveries: USDT perpetuals have neither."""
        category = request.parameters.category()
        return Result(result={"category": category.value, "list": [], "nextPageCursor": ""})

    # Wallets

    def _held(self, account: Account, kind: str, coin: str) -> Decimal:
        if kind == FUNDING:
            return self._funding.get((account.account_id, coin), ZERO)
        return self._wallets.transferable(account, coin)

    def _balance(self, account: Account, kind: str, coin: str) -> Json:
        may_leave = self._held(account, kind, coin)
        total = may_leave if kind == FUNDING else account.balances[coin].total
        return {"coin": coin, "walletBalance": plain(total), "transferBalance": plain(may_leave), "bonus": ""}

    def _move(self, account: Account, transfer: Transfer) -> None:
        signed = transfer.amount if transfer.target == UNIFIED else -transfer.amount
        self._funding[account.account_id, transfer.coin] -= signed
        self._exchange.clearing.move_cash(account, transfer.coin, signed)
        self._transferred_flows.add(next(self._exchange.flows.newest_first(account)).flow_id)
        self._transfers[account.account_id][transfer.transfer_id] = transfer


def _account_type(parameters: Parameters, name: str) -> str:
    kind = parameters.required(name)
    if kind not in ACCOUNT_TYPES:
        raise errors.parameter(f"params error: {name} invalid")
    return kind


def _deposit(coin: str, amount: Decimal, time_ms: int, number: int) -> Json:
    return {
        "id": str(number),
        "coin": coin,
        "chain": coin,
        "amount": plain(amount),
        "txID": f"venuesim-{number}",
        "status": DEPOSIT_SUCCEEDED,
        "toAddress": "",
        "tag": "",
        "depositFee": "",
        "successAt": str(time_ms),
        "confirmations": "12",
        "txIndex": "0",
        "blockHash": "",
        "batchReleaseLimit": "-1",
        "depositType": "0",
        "fromAddress": "",
        "taxDepositRecordsId": "",
        "taxStatus": 0,
    }


def _coin(coin: str) -> Json:
    return {
        "name": coin,
        "coin": coin,
        "remainAmount": "1000000",
        "chains": [
            {
                "chain": coin,
                "chainType": coin,
                "confirmation": "6",
                "withdrawFee": "0.0001",
                "depositMin": "0.0001",
                "withdrawMin": "0.001",
                "minAccuracy": "8",
                "chainDeposit": "1",
                "chainWithdraw": "1",
                "withdrawPercentageFee": "0",
                "contractAddress": "",
                "safeConfirmNumber": "12",
            }
        ],
    }
