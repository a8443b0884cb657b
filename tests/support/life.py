"""A desk under the load of the whole order life: conditional and protected orders, changes, and orders made smaller.

Perpetuals are traded one way only, so that the legs which protect each entry stay as large as what it opened.
"""

from decimal import Decimal
from typing import Any

import httpx

from support.trading import SYMBOLS, Shop

PERPETUALS = {"BTC/USDT:USDT": ("buy", Decimal("0.01")), "ETH/USDT:USDT": ("sell", Decimal("0.1"))}
LEVERAGE = "5"
CHANGE, CANCEL_PART, CANCEL = 0.25, 0.4, 0.6  # Up to these chances a resting order is changed, made smaller, canceled.
_REFUSED = (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY)


class LifeShop(Shop):
    """The same desk and traders, with every kind of order."""

    @property
    def markets(self) -> set[str]:
        """Where it trades."""
        return {*SYMBOLS, *PERPETUALS}

    def draw_order(self) -> dict[str, Any]:
        """An order of any kind, somewhere."""
        now = self.now()
        accounts = [name for name in sorted(self.accounts) if self.avoided_until.get(name, 0) <= now]
        account = self.chance.choice(accounts or sorted(self.accounts))
        draw = self.chance.choice([self._plain, self._conditional, self._conditional, self._entry, self._entry])
        return {"account": account, **draw(self.accounts[account])}

    async def shake(self, part: str) -> None:
        """Move every market up by so much, down, and back: what waits near it is set off."""
        for away in (1 + Decimal(part), 1 - Decimal(part), Decimal(1)):
            for (exchange, symbol), bid in self.bids.items():
                body = {"exchange": exchange, "symbol": symbol, "price": str((bid * away).quantize(Decimal(1)))}
                await self.venues.control("POST", "market", json=body)

    async def go_on(self, resting: list[str]) -> None:
        """Change one of the resting orders, make it smaller, cancel it, or leave them all alone."""
        draw = self.chance.random()
        if not resting or draw >= CANCEL:
            return
        order_id = self.chance.choice(resting)
        if draw < CHANGE:
            await self._change(order_id)
        elif draw < CANCEL_PART:
            await self._ask("DELETE", order_id, quantity=await self._half_of(order_id))
        else:
            resting.remove(order_id)
            await self._ask("DELETE", order_id)

    # --- orders ----------------------------------------------------------------------------------------------------

    def _plain(self, exchange: str) -> dict[str, Any]:
        symbol, quantity = self.chance.choice(sorted(SYMBOLS.items()))
        body = {"symbol": symbol, "side": self._side(), "quantity": str(quantity)}
        if self.chance.random() < 0.4:
            return body | {"order_type": "market"}
        return body | {"order_type": "limit", "price": self._price(exchange, symbol, "0.98", "0.999", "1.001", "1.02")}

    def _conditional(self, exchange: str) -> dict[str, Any]:
        """A stop, a target or a trailing stop on spot: some near enough to be set off, some far away."""
        symbol, quantity = self.chance.choice(sorted(SYMBOLS.items()))
        side, order_type = (
            self._side(),
            self.chance.choice(["stop_loss", "stop_limit", "take_profit", "take_profit_limit", "trailing_stop"]),
        )
        body = {"symbol": symbol, "side": side, "quantity": str(quantity), "order_type": order_type}
        if order_type == "trailing_stop":
            return body | {"trailing_offset": self.chance.choice(["0.1%", "2%"])}
        rises = (side == "buy") is order_type.startswith("stop")
        trigger = self._price(exchange, symbol, *(("1.001", "1.03") if rises else ("0.999", "0.97")))
        if order_type.endswith("limit"):
            body |= {"price": trigger}
        return body | {"trigger_price": trigger}

    def _entry(self, exchange: str) -> dict[str, Any]:
        """An entry into a perpetual, with a stop and mostly a target."""
        symbol, (side, quantity) = self.chance.choice(sorted(PERPETUALS.items()))
        body: dict[str, Any] = {"symbol": symbol, "side": side, "quantity": str(quantity), "leverage": LEVERAGE}
        if self.chance.random() < 0.7:
            body |= {"order_type": "market"}
        else:
            body |= {"order_type": "limit", "price": self._price(exchange, symbol, "0.999", "1.001")}
        against, along = (("0.998", "0.95"), "1.004") if side == "buy" else (("1.002", "1.05"), "0.996")
        body["stop_loss"] = {"trigger_price": self._price(exchange, symbol, *against)}
        if self.chance.random() < 0.6:
            body["take_profit"] = {"trigger_price": self._price(exchange, symbol, along)}
        return body

    def _side(self) -> str:
        return self.chance.choice(["buy", "sell"])

    def _price(self, exchange: str, symbol: str, *away: str) -> str:
        price = self.bids[exchange, symbol] * Decimal(self.chance.choice(away))
        return str(price.quantize(Decimal(1)))

    # --- changes ---------------------------------------------------------------------------------------------------

    async def _change(self, order_id: str) -> None:
        order = await self.client.get(f"/api/v1/orders/{order_id}")
        field = "trigger_price" if order["trigger_price"] and not order["triggered_at"] else "price"
        if order[field] is None:
            return
        moved = Decimal(order[field]) * Decimal(self.chance.choice(["0.9995", "1.0005"]))
        body = {field: str(moved.quantize(Decimal(1)))}
        if self.chance.random() < 0.5:
            body["quantity"] = str(Decimal(order["quantity"]) * Decimal("1.5"))
        await self._ask("PATCH", order_id, json=body)

    async def _half_of(self, order_id: str) -> str:
        order = await self.client.get(f"/api/v1/orders/{order_id}")
        return str(Decimal(order["quantity"]) / 2)

    async def _ask(self, method: str, order_id: str, *, quantity: str | None = None, **body: Any) -> None:
        """Ask for a change under a key of its own, until there is an answer; the order may have ended meanwhile."""
        query = "?wait_for=durable" + ("" if quantity is None else f"&quantity={quantity}")
        key = f"key-{next(self.numbers)}"
        answer = await self.client.call(method, f"/api/v1/orders/{order_id}{query}", key=key, **body)
        assert answer.status_code in (httpx.codes.OK, *_REFUSED), answer.text
