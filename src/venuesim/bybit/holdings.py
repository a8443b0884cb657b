"""The account: its balances, how it is set up, what it pays, and what it may do ("Account" and "User")."""

from datetime import UTC, datetime

from venuesim.bybit import errors
from venuesim.bybit.disconnects import PRODUCTS, time_window_setting
from venuesim.bybit.instruments_info import InstrumentsInfo, listed_in
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category
from venuesim.bybit.wallets import Wallets
from venuesim.exchange.accounts import Account
from venuesim.exchange.engine import Exchange
from venuesim.exchange.fees import rate_of
from venuesim.exchange.vocabulary import MarginMode
from venuesim.wire.calls import plain

FIRST_USER_ID = 24_600_001
UNIFIED_STATUS = 5
"""A unified trading account 2.0."""

KEY_EXPIRES = "2099-12-31T00:00:00Z"
UNIFIED = "UNIFIED"
FUNDING = "FUND"

_MARGIN_MODES = {MarginMode.CROSS: "REGULAR_MARGIN", MarginMode.ISOLATED: "ISOLATED_MARGIN"}


class Holdings:
    """What an account has and how it is set up."""

    def __init__(self, *, exchange: Exchange, instruments_info: InstrumentsInfo, wallets: Wallets) -> None:
        self._exchange = exchange
        self._instruments_info = instruments_info
        self._wallets = wallets
        self.coins = coins_of(exchange)

    def balance(self, request: Request) -> Result:
        """Show what the unified account holds, of all coins or of those that `coin` lists."""
        if request.parameters.required("accountType") != UNIFIED:
            raise errors.parameter("accountType only support UNIFIED.")
        account, wanted = request.account, request.parameters.text("coin")
        held = [coin for coin, balance in account.balances.items() if balance.total]
        named = held if wanted is None else [coin for coin in wanted.split(",") if coin in self.coins]
        return Result(result={"list": [self._wallets.shown(account, named)]})

    def transferable(self, request: Request) -> Result:
        """Show how much of some coins may be moved out of the account."""
        names = request.parameters.required("coinName").split(",")
        amounts = {name: plain(self._wallets.transferable(request.account, name)) for name in names}
        return Result(result={"availableWithdrawal": amounts[names[0]], "availableWithdrawalMap": amounts})

    def info(self, request: Request) -> Result:
        """Show that the account is unified, and its margin mode."""
        account = request.account
        return Result(
            result={
                "unifiedMarginStatus": UNIFIED_STATUS,
                "marginMode": _MARGIN_MODES[account.margin_mode],
                "isMasterTrader": False,
                "spotHedgingStatus": "OFF",
                "dcpStatus": "OFF",
                "timeWindow": 0,
                "smpGroup": 0,
                "updatedTime": str(account.updated_ms),
            }
        )

    def fee_rates(self, request: Request) -> Result:
        """Show what the account pays, in one market or in all of a category: contracts, if it is not named."""
        parameters, account = request.parameters, request.account
        category = parameters.category_or(Category.LINEAR)
        listed = listed_in(self._exchange, category)
        wanted = parameters.text("symbol")
        if wanted is not None:
            listed = [instrument for instrument in listed if instrument.venue_id == wanted]
            if not listed:
                raise errors.parameter("Not supported symbols")
        rows = [
            {
                "symbol": instrument.venue_id,
                "baseCoin": "",
                "takerFeeRate": plain(rate_of(account, instrument, is_maker=False)),
                "makerFeeRate": plain(rate_of(account, instrument, is_maker=True)),
            }
            for instrument in listed
        ]
        named: Json = {"category": category.value} if category is not Category.LINEAR else {}
        return Result(result={**named, "list": rows})

    def collateral(self, request: Request) -> Result:
        """Show every coin as collateral of its full worth that cannot be borrowed."""
        wanted = request.parameters.text("currency")
        return Result(result={"list": [_collateral(coin) for coin in self.coins if wanted in {None, coin}]})

    def borrow_history(self, _: Request) -> Result:
        """Show that nothing was ever borrowed: borrowing is not simulated."""
        return Result(result={"list": [], "nextPageCursor": ""})

    def greeks(self, _: Request) -> Result:
        """Show no greeks: there are no options."""
        return Result(result={"list": []})

    def dcp_info(self, request: Request) -> Result:
        """Show for which products orders go when the connections do, and after how long."""
        windows = {name: request.account.settings.get(time_window_setting(name)) for name in PRODUCTS}
        rows = [
            {"product": name, "dcpStatus": "ON", "timeWindow": seconds}
            for name, seconds in windows.items()
            if seconds is not None
        ]
        return Result(result={"dcpInfos": rows}, message="success")

    def smp_group(self, _: Request) -> Result:
        """Show that the account shares self-trade prevention with no other."""
        return Result(result={"smpGroup": 0})

    def settings(self, _: Request) -> Result:
        """Show that orders beyond the price limits are refused, not repriced, and delta mode is off."""
        return Result(result={"lpaSpot": False, "lpaPerp": False, "deltaEnable": False})

    def upgrade(self, _: Request) -> Result:
        """Answer that the account is unified already (assumption: the venue calls that a success)."""
        return Result(result={"unifiedUpdateStatus": "SUCCESS", "unifiedUpdateMsg": {"msg": None}})

    def instruments(self, request: Request) -> Result:
        """Show the listing as the account may trade it."""
        category = request.parameters.category()
        if category not in {Category.SPOT, Category.LINEAR}:
            return self._instruments_info.show(request)
        shown = self._instruments_info.show(request).result
        rows = shown["list"]
        assert isinstance(rows, list), "a listing is a list"
        own = [{**row, "isPublicRpi": True, "myRpiPermission": False} for row in rows]
        return Result(result={**shown, "list": own})

    # The user

    def api_key(self, request: Request) -> Result:
        """Show what the key may do."""
        account = request.account
        may_trade = account.may("trade")
        wallet = ["AccountTransfer"] if may_trade or account.may("transfer") else []
        if account.may("withdraw"):
            wallet.append("Withdraw")
        granted = {
            "ContractTrade": ["Order", "Position"],
            "Spot": ["SpotTrade"],
            "Options": ["OptionsTrade"],
            "Derivatives": ["DerivativesTrade"],
            "Exchange": ["ExchangeHistory"],
        }
        nothing = ("CopyTrading", "BlockTrade", "NFT", "Affiliate", "Earn")
        return Result(
            message="",
            result={
                "id": str(user_id(account)),
                "note": "venuesim",
                "apiKey": account.api_key,
                "readOnly": 0 if may_trade else 1,
                "secret": "",
                "permissions": {
                    **{name: names if may_trade else [] for name, names in granted.items()},
                    "Wallet": wallet,
                    **{name: list[str]() for name in nothing},
                },
                "ips": ["*"],
                "type": 1,
                "deadlineDay": 90,
                "expiredAt": KEY_EXPIRES,
                "createdAt": datetime.fromtimestamp(account.created_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "unified": 0,
                "uta": 1,
                "userID": user_id(account),
                "inviterID": 0,
                "vipLevel": "No VIP",
                "mktMakerLevel": "0",
                "affiliateID": 0,
                "rsaPublicKey": "",
                "isMaster": True,
                "parentUid": "0",
                "kycLevel": "LEVEL_1",
                "kycRegion": "",
            },
        )

    def member_type(self, request: Request) -> Result:
        """Show which wallets the user has."""
        user = {"uid": str(user_id(request.account)), "accountType": [FUNDING, UNIFIED]}
        return Result(result={"accounts": [user]}, message="")

    def sub_members(self, _: Request) -> Result:
        """Show that there are no sub-accounts."""
        return Result(result={"subMembers": []}, message="")


def coins_of(exchange: Exchange) -> list[str]:
    """Return the coins that pairs are made of."""
    pairs = listed_in(exchange, Category.SPOT)
    return sorted({coin for pair in pairs for coin in (pair.base, pair.quote)})


def user_id(account: Account) -> int:
    """Return the user id of an account."""
    return FIRST_USER_ID + account.account_id


def _collateral(coin: str) -> Json:
    return {
        "currency": coin,
        "hourlyBorrowRate": "0",
        "maxBorrowingAmount": "0",
        "freeBorrowingLimit": "0",
        "freeBorrowAmount": "0",
        "borrowAmount": "0",
        "otherBorrowAmount": "0",
        "availableToBorrow": "0",
        "borrowable": False,
        "freeBorrowingAmount": "",
        "borrowUsageRate": "0",
        "marginCollateral": True,
        "collateralSwitch": True,
        "collateralRatio": "1",
    }
