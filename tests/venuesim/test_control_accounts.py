"""The control API's accounts and transfers."""

from decimal import Decimal

import pytest

D = Decimal
KEY = "k" * 64


@pytest.fixture
async def okx(start_venues):
    async with start_venues(venues=["okx"], walking=False) as venues:
        await venues.freeze("BTC/USDT", "65000")
        yield venues


@pytest.fixture
async def binance(start_venues):
    async with start_venues(venues=["binance"], walking=False) as venues:
        yield venues


def exchange_of(venues, name: str, wallet: str | None = None):
    found = [entry for entry in venues.simulator.venues[name].exchanges if wallet in {None, entry.wallet}]
    return found[0]


async def test_an_account_gets_terms_and_shows_them_without_its_secret(okx) -> None:
    body = {
        "api_key": "new",
        "secret": "hidden",
        "balances": {"USDT": "12.5"},
        "permissions": ["read", "trade", "withdraw"],
        "fees": {"maker": "-0.0001", "taker": "0.0005", "pays_in": "OKB", "discount": "0.25"},
        "position_mode": "hedge",
        "leverage": 5,
    }
    await okx.control("POST", "accounts", body)
    (row,) = (await okx.control("GET", "accounts?api_key=new"))["accounts"]
    assert row == {
        "exchange": "okx",
        "wallet": "unified",
        "api_key": "new",
        "permissions": ["read", "trade", "withdraw"],
        "is_revoked": False,
        "position_mode": "hedge",
        "leverage": 5,
        "fees": {"maker": "-0.0001", "taker": "0.0005", "pays_in": "OKB", "discount": "0.25"},
        "balances": {"USDT": {"free": "12.5", "locked": "0"}},
    }
    account = exchange_of(okx, "okx").accounts["new"]
    assert (account.fee_terms.maker_rate, account.is_hedged) == (D("-0.0001"), True)
    instrument = exchange_of(okx, "okx").markets["BTC/USDT:USDT"].instrument
    assert account.holding(instrument).leverage == 5


async def test_a_futures_wallet_begins_like_the_spot_wallet_unless_it_is_told(binance) -> None:
    both = {"api_key": "both", "secret": "s", "balances": {"USDT": "100"}}
    await binance.control("POST", "accounts", both)
    apart = {"api_key": "apart", "secret": "s", "balances": {"USDT": "100"}, "futures_balances": {"USDT": "7"}}
    await binance.control("POST", "accounts", apart)
    rows = (await binance.control("GET", "accounts"))["accounts"]
    free = {(row["api_key"], row["wallet"]): row["balances"].get("USDT", {}).get("free") for row in rows}
    assert (free["both", "spot"], free["both", "futures"]) == ("100", "100")
    assert (free["apart", "spot"], free["apart", "futures"]) == ("100", "7")
    await binance.control("POST", "accounts", {**both, "balances": {"USDT": "50"}})
    rows = (await binance.control("GET", "accounts?api_key=both"))["accounts"]
    assert [row["balances"]["USDT"]["free"] for row in rows] == ["50", "100"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"secret": ""}, "an api_key and a secret"),
        ({"permissions": ["fly"]}, "no permission 'fly'"),
        ({"fees": {"maker": "2"}}, "between -1 and 1"),
        ({"fees": {"taker": "1e-3"}}, "plain decimal"),
        ({"fees": {"discount": "-0.1"}}, "discount"),
        ({"leverage": 0}, "between 1 and 125"),
        ({"position_mode": "sideways"}, "position_mode"),
        ({"futures_balances": {"USDT": "1"}}, "futures wallet"),
        ({"balances": {"USDT": "5"}, "colour": "red"}, "colour"),
    ],
)
async def test_an_account_that_cannot_be_changes_nothing(okx, body: dict, words: str) -> None:
    before = await okx.control("GET", "accounts")
    answer = await okx.control("POST", "accounts", {"api_key": KEY, "secret": "other", **body}, expect=400)
    assert words in answer["error"]
    assert await okx.control("GET", "accounts") == before
    assert exchange_of(okx, "okx").accounts[KEY].secret == "s" * 64


async def test_the_position_mode_stays_while_there_is_a_position(okx) -> None:
    order = {"api_key": KEY, "symbol": "BTC/USDT:USDT", "side": "buy", "quantity": "0.1"}
    await okx.control("POST", "orders", order)
    body = {"api_key": KEY, "secret": "s" * 64, "position_mode": "hedge"}
    answer = await okx.control("POST", "accounts", body, expect=400)
    assert "without positions" in answer["error"]


async def test_cash_comes_and_goes_and_the_ledger_tells(okx) -> None:
    await okx.control("POST", "transfers", {"api_key": KEY, "asset": "USDT", "amount": "10"})
    gone = {"api_key": KEY, "asset": "BTC", "amount": "0.5", "direction": "withdrawal", "exchange": "okx"}
    answer = await okx.control("POST", "transfers", gone)
    assert answer["accounts"][0]["balances"]["BTC"]["free"] == "9.5"
    flows = (await okx.control("GET", "ledger"))["flows"]
    assert [(row["kind"], row["asset"], row["amount"], row["balance"]) for row in flows] == [
        ("deposit", "USDT", "10", "1000010"),
        ("withdrawal", "BTC", "-0.5", "9.5"),
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"amount": "11", "direction": "withdrawal"}, "less than 11 BTC free"),
        ({"amount": "0"}, "above 0"),
        ({"api_key": "nobody", "exchange": "okx"}, "no account"),
        ({"api_key": "nobody"}, "no account"),
        ({"wallet": "futures"}, "no such wallet"),
        ({"asset": ""}, "has a name"),
        ({"direction": "sideways"}, "direction"),
    ],
)
async def test_a_transfer_that_cannot_be_is_refused(okx, body: dict, words: str) -> None:
    answer = await okx.control("POST", "transfers", {"api_key": KEY, "asset": "BTC", "amount": "1", **body}, expect=400)
    assert words in answer["error"]


async def test_a_transfer_reaches_the_wallet_that_is_named(binance) -> None:
    body = {"api_key": KEY, "asset": "USDT", "amount": "5", "wallet": "futures"}
    (row,) = (await binance.control("POST", "transfers", body))["accounts"]
    assert (row["wallet"], row["balances"]["USDT"]["free"]) == ("futures", "1000005")
