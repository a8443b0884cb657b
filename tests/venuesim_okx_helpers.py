"""Drives the simulated OKX's swap BTC-USDT-SWAP, whose contract is 0.01 BTC, with bare requests."""

SWAP = "BTC-USDT-SWAP"


class Desk:
    """One client, with the swap frozen at 65,000: 100 contracts on each of 3 levels, best at 64,999 and 65,001."""

    def __init__(self, raw, venues) -> None:
        self.raw = raw
        self.venues = venues

    async def freeze(self) -> None:
        await self.price("65000")

    async def price(self, price: str, symbol: str = "BTC/USDT:USDT") -> None:
        """Move the swap to a price and keep it there."""
        await self.venues.freeze(symbol, price, levels=3, level_quantity="1", half_spread="1")

    async def get(self, path: str, **query: object) -> list[dict]:
        """Return the data of an answer without an error."""
        status, body = await self.raw.get(path, **query)
        assert (status, body["code"]) == (200, "0"), body
        return body["data"]

    async def post(self, path: str, body: object) -> list[dict]:
        """Return the data of an answer without an error."""
        status, answer = await self.raw.post(path, body)
        assert (status, answer["code"]) == (200, "0"), answer
        return answer["data"]

    async def refused(self, path: str, body: object) -> tuple[str, str]:
        """Return code and words of a refusal, of the request or of its only item."""
        _, answer = await self.raw.post(path, body)
        assert answer["code"] != "0", answer
        item = answer["data"][0] if answer.get("data") else {"sCode": answer["code"], "sMsg": answer["msg"]}
        return item["sCode"], item["sMsg"]

    async def order(self, **changes: object) -> str:
        """Place an order in the swap and return its id."""
        return (await self.post("trade/order", swap_order(**changes)))[0]["ordId"]

    async def shown(self, order_id: str, inst_id: str = SWAP) -> dict:
        return (await self.get("trade/order", instId=inst_id, ordId=order_id))[0]

    async def algo(self, **changes: object) -> str:
        """Place an algo order in the swap and return its id."""
        return (await self.post("trade/order-algo", algo_order(**changes)))[0]["algoId"]

    async def algo_shown(self, algo_id: str) -> dict:
        return (await self.get("trade/order-algo", algoId=algo_id))[0]

    async def positions(self, **query: object) -> list[dict]:
        return await self.get("account/positions", **query)

    async def position(self) -> dict:
        (position,) = await self.positions()
        return position

    async def hedge(self) -> None:
        await self.post("account/set-position-mode", {"posMode": "long_short_mode"})


def swap_order(**changes: object) -> dict[str, object]:
    """Return a market buy of ten contracts, with changes; a change to None leaves a parameter out."""
    return _with({"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "10"}, changes)


def algo_order(**changes: object) -> dict[str, object]:
    """Return a one-way stop that sells ten contracts, with changes."""
    stop = {"instId": SWAP, "tdMode": "cross", "side": "sell", "ordType": "conditional", "sz": "10"}
    return _with(stop, changes)


def picked(row: dict, *names: str) -> tuple:
    return tuple(row[name] for name in names)


def _with(order: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**order, **changes}.items() if value is not None}
