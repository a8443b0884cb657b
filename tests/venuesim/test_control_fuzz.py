"""Whatever the control API is asked, it answers 200 or 400 with a sentence, and the markets go on."""

import random

import pytest

KEY = "k" * 64
SYMBOLS = ["BTC/USDT", "BTC/USDT:USDT", "ETH/USDT", "NO/SUCH", "", "BTC/USDT:", "Ω/USDT"]
TEXTS = [
    "", "0", "1", "-1", "0.1", "65000", "65000.05", "999999999999", "0.000000000001", "1e400", "NaN", "٣", "1" * 400,
    "long", "short", "buy", "sell", "limit", "market", "gtc", "fok", "spot", "futures", "hedge", "trade", "read", KEY,
    "okx", "binance", "bybit", "*", "[", "\x00", "BTC", "USDT", "2030-01-01", "system", "state",
]  # fmt: skip
VALUES: list[object] = [None, True, False, 0, 1, -1, 2**63, 10**30, 0.5, -0.5, 1e308, [], {}, [[]], {"a": 1}]
FIELDS = {
    "accounts": [
        "api_key", "secret", "passphrase", "exchange", "balances", "futures_balances", "permissions", "fees",
        "position_mode", "leverage", "fee_tier",
    ],
    "transfers": ["api_key", "asset", "amount", "direction", "exchange", "wallet"],
    "market": [
        "symbol", "exchange", "price", "frozen", "levels", "level_quantity", "half_spread", "mark_price", "index_price",
        "funding_rate", "next_funding", "rules", "script", "replay",
    ],
    "funding": ["symbol", "exchange", "rate"],
    "orders": [
        "api_key", "symbol", "side", "quantity", "exchange", "type", "price", "time_in_force", "reduce_only",
        "position_side", "client_order_id",
    ],
    "liquidations": ["api_key", "symbol", "exchange", "quantity", "position_side"],
    "deleveraging": ["api_key", "symbol", "exchange", "quantity", "position_side"],
    "busts": ["trade_id", "exchange", "symbol"],
    "faults": [
        "kind", "match", "exchange", "delay_ms", "seconds", "milliseconds", "form", "field", "value", "permission",
        "reason",
    ],
    "limits": ["scale", "exchange"],
}  # fmt: skip
USUAL = {
    "api_key": KEY, "secret": "s", "symbol": "BTC/USDT:USDT", "exchange": "okx", "side": "buy", "quantity": "0.1",
    "asset": "USDT", "amount": "1", "trade_id": "800000001", "kind": "delay", "scale": 1, "delay_ms": 1,
}  # fmt: skip
NESTED = {
    "balances": ["USDT", "BTC", ""],
    "futures_balances": ["USDT"],
    "fees": ["maker", "taker", "pays_in", "discount", "x"],
    "rules": ["tick_size", "lot_size", "quantity_min", "notional_min", "is_trading"],
    "replay": ["path", "speed", "loops"],
    "match": ["endpoint", "probability", "count", "symbol", "client_order_id", "api_key"],
}


def value_of(field: str, chance: random.Random) -> object:
    if field in USUAL and chance.random() < 0.6:
        return USUAL[field]
    if field == "symbol":
        return chance.choice(SYMBOLS)
    if field in NESTED and chance.random() < 0.8:
        names = NESTED[field]
        return {name: value_of("", chance) for name in chance.sample(names, chance.randint(0, len(names)))}
    if field == "script" and chance.random() < 0.8:
        return [{"after_ms": chance.choice([0, 1, -1, 2**62]), "price": chance.choice(TEXTS)} for _ in range(2)]
    return chance.choice(TEXTS if chance.random() < 0.7 else VALUES)


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_that_is_asked_breaks_anything(start_venues, seed: int, caplog) -> None:
    chance = random.Random(seed)
    async with start_venues(venues=["okx"], walking=False) as venues:
        exchange = venues.simulator.venues["okx"].exchanges[0]
        answers = {200: 0, 400: 0}
        for number in range(700):
            call, fields = chance.choice(list(FIELDS.items()))
            wanted = [name for name in fields if name in USUAL or chance.random() < 0.3]
            body = {name: value_of(name, chance) for name in wanted}
            url = f"{venues.simulator.urls['control']}/_sim/{call}"
            async with venues.session.post(url, json=body) as response:
                assert response.status in answers, (call, body, await response.text())
                answers[response.status] += 1
                answer = await response.json()
            assert response.status == 200 or len(answer["error"]) > 5
            if number % 10 == 0:
                exchange.step()
            if call == "faults":
                await venues.control("DELETE", "faults")
        await venues.control("GET", "ledger")
        await venues.control("GET", "market")
        assert min(answers.values()) > 50, answers
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
