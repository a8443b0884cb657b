"""ccxt.pro clients of the simulators: nothing is changed but their URLs."""

from typing import Any, NamedTuple

import ccxt.pro

from venuesim_signing import API_KEY, PASSPHRASE, SECRET

CREDENTIALS = {"apiKey": API_KEY, "secret": SECRET, "password": PASSPHRASE, "enableRateLimit": False}


class Column(NamedTuple):
    """One market of one venue: a column of the conformance table."""

    venue: str
    market: str

    def __str__(self) -> str:
        return f"{self.venue} {self.market}"

    @property
    def is_spot(self) -> bool:
        """Whether it trades pairs."""
        return self.market == "spot"

    @property
    def symbol(self) -> str:
        """The unified symbol that tests use."""
        return "BTC/USDT" if self.is_spot else "BTC/USDT:USDT"


COLUMNS = [
    *(Column("binance", market) for market in ("spot", "linear")),
    *(Column("okx", market) for market in ("spot", "swap")),
    *(Column("bybit", market) for market in ("spot", "linear")),
]


def new_client(column: Column, urls: dict[str, str]) -> Any:
    """Return a client whose default type is the column's market; close it."""
    make = {"binance": _binance, "okx": _okx, "bybit": _bybit}[column.venue]
    client = make(urls)
    client.options["defaultType"] = "spot" if column.is_spot else "swap"
    return client


def _binance(urls: dict[str, str]) -> Any:
    rest, futures = urls["rest"], urls["fapi"]
    spot = {"public": f"{rest}/api/v3", "private": f"{rest}/api/v3", "v1": f"{rest}/api/v1"}
    asset = {name: f"{rest}/sapi/{version}" for name, version in (("sapi", "v1"), ("sapiV2", "v2"), ("sapiV3", "v3"))}
    versions = {"": "v1", "V2": "v2", "V3": "v3"}
    linear = {
        f"fapi{side}{suffix}": f"{futures}/fapi/{version}"
        for side in ("Public", "Private")
        for suffix, version in versions.items()
    }
    sockets = {
        "spot": f"{urls['ws']}/ws",
        "linear": f"{urls['fws']}/ws",
        "ws-api": {"spot": urls["ws_api"], "linear": urls["fws_api"]},
    }
    other = {"dapiPublic": f"{rest}/dapi/v1", "fapiData": f"{futures}/futures/data", "ws": sockets}
    options = {"fetchOpenOrders": {"warnWithoutSymbol": False}}
    return ccxt.pro.binance({**CREDENTIALS, "urls": {"api": spot | asset | linear | other}, "options": options})


def _okx(urls: dict[str, str]) -> Any:
    return ccxt.pro.okx({**CREDENTIALS, "urls": {"api": {"rest": urls["rest"], "ws": urls["ws"]}}})


def _bybit(urls: dict[str, str]) -> Any:
    rest, ws = urls["rest"], urls["ws"]
    private = {
        "contract": f"{ws}/v5/private",
        "spot": {"unified": f"{ws}/v5/private", "nonUnified": f"{ws}/spot/private/v3"},
        "usdc": f"{ws}/trade/option/usdc/private/v1",
        "trade": f"{ws}/v5/trade",
    }
    public = {kind: f"{ws}/v5/public/{kind}" for kind in ("spot", "linear", "inverse", "option")}
    names = ("public", "private", "spot", "futures", "v2")
    api = dict.fromkeys(names, rest) | {"ws": {"public": public, "private": private}}
    return ccxt.pro.bybit({**CREDENTIALS, "urls": {"api": api}})
