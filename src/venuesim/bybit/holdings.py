"""The account: balances, how it is set up, what its key may do, and the coins there are."""

from decimal import Decimal

from venuesim.bybit import errors
from venuesim.bybit.operations import Json, Request, Result
from venuesim.exchange.accounts import ZERO, Account
from venuesim.exchange.engine import Exchange
from venuesim.wire.calls import plain

FIRST_USER_ID = 24_600_001
SET_UP_AT_MS = 1_690_000_000_000
UNIFIED_STATUS = 5
"""A unified trading account 2.0."""


class Holdings:
    """What an account has and how it is set up."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        pairs = [m.instrument for m in exchange.markets.values() if not m.instrument.is_linear]
        self._coins = sorted({coin for pair in pairs for coin in (pair.base, pair.quote)})

    def balance(self, request: Request) -> Result:
        """Show what the unified account holds, of all coins or of those that `coin` lists."""
        if request.parameters.required("accountType") != "UNIFIED":
            raise errors.parameter("accountType only support UNIFIED.")
        account, wanted = request.account, request.parameters.text("coin")
        held = [coin for coin, balance in account.balances.items() if balance.free or balance.locked]
        named = held if wanted is None else [coin for coin in wanted.split(",") if coin in self._coins]
        return Result(result={"list": [wallet(account, self._exchange, named)]})

    def info(self, request: Request) -> Result:
        """Show that the account is unified."""
        return Result(
            result={
                "unifiedMarginStatus": UNIFIED_STATUS,
                "marginMode": "REGULAR_MARGIN",
                "isMasterTrader": False,
                "spotHedgingStatus": "OFF",
                "dcpStatus": "OFF",
                "timeWindow": 0,
                "smpGroup": 0,
                "updatedTime": str(request.account.updated_ms),
            }
        )

    def api_key(self, request: Request) -> Result:
        """Show what the key may do."""
        account = request.account
        may_trade = "trade" in account.permissions
        user_id = FIRST_USER_ID + account.account_id
        nothing = ("BlockTrade", "NFT", "Affiliate", "Earn", "CopyTrading", "Derivatives", "ContractTrade", "Options")
        return Result(
            result={
                "id": str(user_id),
                "note": "venuesim",
                "apiKey": account.api_key,
                "readOnly": 0 if may_trade else 1,
                "secret": "",
                "permissions": {
                    **{name: list[str]() for name in nothing},
                    "Spot": ["SpotTrade"] if may_trade else [],
                    "Wallet": [],
                    "Exchange": [],
                },
                "ips": ["*"],
                "type": 1,
                "deadlineDay": 90,
                "expiredAt": "2099-12-31T00:00:00Z",
                "createdAt": "2023-07-22T00:00:00Z",
                "unified": 0,
                "uta": 1,
                "userID": user_id,
                "inviterID": 0,
                "vipLevel": "No VIP",
                "mktMakerLevel": "0",
                "affiliateID": 0,
                "rsaPublicKey": "",
                "isMaster": True,
                "parentUid": "0",
                "kycLevel": "LEVEL_1",
                "kycRegion": "",
            }
        )

    def positions(self, request: Request) -> Result:
        """Show no positions: spot has none."""
        category = request.parameters.category()
        return Result(result={"list": [], "nextPageCursor": "", "category": category.value})

    def coins(self, request: Request) -> Result:
        """Show the coins, each on an invented chain of its own name."""
        wanted = request.parameters.text("coin")
        return Result(result={"rows": [_coin(coin) for coin in self._coins if wanted in {None, coin}]})


def wallet(account: Account, exchange: Exchange, coins: list[str]) -> Json:
    """Return the unified account with `coins`, as wallet-balance and the wallet topic tell it; worth is in dollars."""
    equity = sum(
        ((held.free + held.locked) * usd_price(exchange, coin) for coin, held in account.balances.items()), ZERO
    )
    held_worth = sum((held.locked * usd_price(exchange, coin) for coin, held in account.balances.items()), ZERO)
    worth = plain(equity)
    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": "0",
        "accountIMRateByMp": "0",
        "accountMMRate": "0",
        "accountMMRateByMp": "0",
        "totalEquity": worth,
        "totalWalletBalance": worth,
        "totalMarginBalance": worth,
        "totalAvailableBalance": plain(equity - held_worth),
        "totalPerpUPL": "0",
        "totalInitialMargin": "0",
        "totalInitialMarginByMp": "0",
        "totalMaintenanceMargin": "0",
        "totalMaintenanceMarginByMp": "0",
        "coin": [_balance(account, exchange, coin) for coin in coins],
    }


def usd_price(exchange: Exchange, coin: str) -> Decimal:
    """Return what one unit is worth in USDT by the market's price; zero for a coin without a market."""
    if coin == "USDT":
        return Decimal(1)
    market = exchange.markets.get(f"{coin}/USDT")
    return ZERO if market is None else market.mid


def _balance(account: Account, exchange: Exchange, coin: str) -> Json:
    held = account.balances[coin]
    total = held.free + held.locked
    zeros = ("accruedInterest", "totalOrderIM", "totalPositionIM", "totalPositionMM", "unrealisedPnl", "cumRealisedPnl")
    return {
        **dict.fromkeys((*zeros, "borrowAmount", "bonus", "spotHedgingQty", "spotBorrow"), "0"),
        "coin": coin,
        "equity": plain(total),
        "usdValue": plain(total * usd_price(exchange, coin)),
        "walletBalance": plain(total),
        "locked": plain(held.locked),
        "availableToWithdraw": "",
        "availableToBorrow": "",
        "marginCollateral": True,
        "collateralSwitch": True,
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
