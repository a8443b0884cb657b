"""The account: balances, configuration, and the assets there are."""

from venuesim.exchange.engine import Exchange
from venuesim.okx.operations import Request, Result
from venuesim.okx.rendering import balances, user_id

FEW_CURRENCIES = 20


class Holdings:
    """What an account has and how it is set up."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        markets = exchange.markets.values()
        self._assets = sorted({asset for m in markets for asset in (m.instrument.base, m.instrument.quote)})

    def balance(self, request: Request) -> Result:
        """Show what the account holds, of all assets or of those that `ccy` lists."""
        account = request.account
        wanted = request.query.text("ccy")
        named = wanted.split(",")[:FEW_CURRENCIES] if wanted is not None else list(account.balances)
        held = [asset for asset in named if asset in account.balances and _is_held(request, asset)]
        return Result(data=[balances(account, self._exchange, held, request.now_ms)])

    def config(self, request: Request) -> Result:
        """Show the account's configuration: spot mode."""
        account = request.account
        permissions = {"read": "read_only", "trade": "trade"}
        return Result(
            data=[
                {
                    "uid": user_id(account),
                    "mainUid": user_id(account),
                    "acctLv": "1",
                    "acctStpMode": "cancel_maker",
                    "posMode": "net_mode",
                    "autoLoan": False,
                    "greeksType": "PA",
                    "feeType": "0",
                    "level": "Lv1",
                    "levelTmp": "",
                    "contractIsoMode": "automatic",
                    "mgnIsoMode": "automatic",
                    "ctIsoMode": "automatic",
                    "spotOffsetType": "",
                    "stgyType": "0",
                    "roleType": "0",
                    "traderInsts": [],
                    "spotRoleType": "0",
                    "spotTraderInsts": [],
                    "opAuth": "0",
                    "kycLv": "3",
                    "label": "venuesim",
                    "ip": "",
                    "perm": ",".join(text for name, text in permissions.items() if name in account.permissions),
                    "liquidationGear": "-1",
                    "enableSpotBorrow": False,
                    "spotBorrowAutoRepay": False,
                    "type": "0",
                }
            ]
        )

    def positions(self, request: Request) -> Result:
        """Show no positions: spot has none."""
        assert request.signer is not None, "the operation is private"
        return Result(data=[])

    def currencies(self, request: Request) -> Result:
        """Show the assets, each on an invented chain of its own name."""
        assert request.signer is not None, "the operation is private"
        return Result(
            data=[
                {
                    "ccy": asset,
                    "name": asset,
                    "chain": f"{asset}-{asset}",
                    "canDep": True,
                    "canWd": True,
                    "canInternal": True,
                    "fee": "0.0001",
                    "minDep": "0.0001",
                    "minWd": "0.001",
                    "maxWd": "1000000",
                    "wdTickSz": "8",
                    "mainNet": True,
                    "needTag": False,
                }
                for asset in self._assets
            ]
        )


def _is_held(request: Request, asset: str) -> bool:
    held = request.account.balances[asset]
    return bool(held.free or held.locked)
