"""Trades the simulated Bybit's contracts with bare requests."""

from venuesim_bybit_helpers import RawBybit

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}
CONTRACT = "BTC/USDT:USDT"


class Contracts:
    """BTCUSDT perpetuals, frozen at 65,000 with 1 BTC on each of 3 levels, the best at 64,999 and 65,001."""

    def __init__(self, raw: RawBybit, sim) -> None:
        self.raw = raw
        self.sim = sim

    async def order(self, **changes: object) -> dict:
        """Place a limit buy that rests, with changes; a change to None leaves a parameter out."""
        parameters = {**LINEAR, "side": "Buy", "orderType": "Limit", "qty": "0.01", "price": "64000", **changes}
        return await self.raw.post("order/create", {k: v for k, v in parameters.items() if v is not None})

    async def placed(self, **changes: object) -> str:
        """Place an order that is accepted, and return its id."""
        answer = await self.order(**changes)
        assert (answer["retCode"], answer["retMsg"]) == (0, "OK"), answer
        return answer["result"]["orderId"]

    async def market(self, side: str = "Buy", qty: str = "1", **changes: object) -> str:
        """Trade at the market, and return the order's id."""
        return await self.placed(side=side, orderType="Market", qty=qty, price=None, **changes)

    async def shown(self, order_id: str) -> dict:
        (found,) = await self.listed("order/realtime", orderId=order_id)
        return found

    async def listed(self, path: str, **query: object) -> list[dict]:
        answer = await self.raw.get(path, **{**LINEAR, **query})
        assert answer["retCode"] == 0, answer
        return answer["result"]["list"]

    async def post(self, path: str, **body: object) -> dict:
        return await self.raw.post(path, {**LINEAR, **body})

    async def done(self, path: str, **body: object) -> dict:
        """Post, and return the result of an answer without an error."""
        answer = await self.post(path, **body)
        assert answer["retCode"] == 0, answer
        return answer["result"]

    async def position(self, index: int = 0) -> dict:
        rows = await self.listed("position/list")
        (found,) = [row for row in rows if row["positionIdx"] == index]
        return found

    async def move(self, price: str, **changes: object) -> None:
        """Let the contract trade at a price, and its liquidity stand around it."""
        await self.sim.control("POST", "market", {"symbol": CONTRACT, "price": price, **changes})

    async def stops(self) -> dict[str, dict]:
        """Return the waiting orders by their kind."""
        rows = await self.listed("order/realtime", orderFilter="StopOrder")
        return {row["stopOrderType"]: row for row in rows}
