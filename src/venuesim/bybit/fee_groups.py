"""What professional clients and market makers pay in groups of contracts ("Get Fee Group Structure").

No account of the simulation is one of them: these figures are published and nothing more.
"""

from venuesim.bybit import errors
from venuesim.bybit.instruments_info import listed_in
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category
from venuesim.exchange.engine import Exchange

GROUP_IDS = tuple(str(number) for number in range(1, 9))
MAJOR_GROUP, MAJOR_NAME = "1", "G1(Major Coins)"
MAJOR_COINS = frozenset({"BTC", "ETH", "SOL", "XRP"})
UPDATED_MS = 1_753_240_500_012
PRO_RATES = (
    *(("0.00028", "0.0001"), ("0.00025", "0.00005"), ("0.00022", "0.000025")),
    *(("0.0002", "0.00001"), ("0.00018", "0"), ("0.00015", "0")),
)
"""Taker and maker rate of Pro 1 to Pro 6."""

MAKER_REBATES = ("-0.0000075", "-0.000015", "-0.000025")
"""Of MM 1 to MM 3."""


class FeeGroups:
    """Answers market/fee-group-info. Assumption: only the group of the major coins, whose figures are documented."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def show(self, request: Request) -> Result:
        """Show the groups, or the one that is asked for."""
        parameters = request.parameters
        if parameters.required("productType") != "contract":
            raise errors.parameter("params error: productType invalid")
        wanted = parameters.text("groupId")
        if wanted is not None and wanted not in GROUP_IDS:
            raise errors.parameter("params error: groupId invalid")
        return Result(result={"list": [self._major()] if wanted in {None, MAJOR_GROUP} else []})

    def _major(self) -> Json:
        contracts = listed_in(self._exchange, Category.LINEAR)
        symbols = [instrument.venue_id for instrument in contracts if instrument.base in MAJOR_COINS]
        pro = [_level(f"Pro {number}", taker, maker, "") for number, (taker, maker) in enumerate(PRO_RATES, 1)]
        makers = [_level(f"MM {number}", "", "", rebate) for number, rebate in enumerate(MAKER_REBATES, 1)]
        return {
            "groupName": MAJOR_NAME,
            "weightingFactor": 1,
            "symbolsNumbers": len(symbols),
            "symbols": symbols,
            "feeRates": {"pro": pro, "marketMaker": makers},
            "updateTime": str(UPDATED_MS),
        }


def _level(name: str, taker: str, maker: str, rebate: str) -> Json:
    return {"level": name, "takerFeeRate": taker, "makerFeeRate": maker, "makerRebate": rebate}
