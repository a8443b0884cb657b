"""The words of the USDⓈ-M API ("Common Definition") and what they mean to the exchange."""

from enum import StrEnum

from venuesim.exchange.vocabulary import PositionSide, PriceKind, SelfTradePrevention, Side, TimeInForce


class WireSide(StrEnum):
    """The `side` values."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def side(self) -> Side:
        """The exchange's side."""
        return Side.BUY if self is WireSide.BUY else Side.SELL


class WireType(StrEnum):
    """The `type` values."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"
    TRAILING_STOP_MARKET = "TRAILING_STOP_MARKET"

    @property
    def is_conditional(self) -> bool:
        """Whether it waits for a price: such orders are algo orders."""
        return self is not WireType.LIMIT and self is not WireType.MARKET

    @property
    def has_price(self) -> bool:
        """Whether what trades is a limit order."""
        return self in {WireType.LIMIT, WireType.STOP, WireType.TAKE_PROFIT}

    @property
    def is_stop(self) -> bool:
        """Whether it triggers when the price goes against the position that it would close."""
        return self in {WireType.STOP, WireType.STOP_MARKET}


class WireTimeInForce(StrEnum):
    """The `timeInForce` values; GTX is post-only. RPI is for market makers by agreement and not open to anybody."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"
    GTD = "GTD"

    @property
    def time_in_force(self) -> TimeInForce:
        """The exchange's word."""
        return _TIMES_IN_FORCE[self]


_TIMES_IN_FORCE = {
    WireTimeInForce.GTC: TimeInForce.GTC,
    WireTimeInForce.IOC: TimeInForce.IOC,
    WireTimeInForce.FOK: TimeInForce.FOK,
    WireTimeInForce.GTX: TimeInForce.GTC,
    WireTimeInForce.GTD: TimeInForce.GTD,
}


class WirePositionSide(StrEnum):
    """The `positionSide` values."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def position_side(self) -> PositionSide:
        """The exchange's word."""
        return _POSITION_SIDES[self]


_POSITION_SIDES = {
    WirePositionSide.BOTH: PositionSide.NET,
    WirePositionSide.LONG: PositionSide.LONG,
    WirePositionSide.SHORT: PositionSide.SHORT,
}
_POSITION_SIDE_WORDS = {side: wire.value for wire, side in _POSITION_SIDES.items()}


def position_side_word(side: PositionSide) -> str:
    """Return the `positionSide` of a position or an order."""
    return _POSITION_SIDE_WORDS[side]


class PriceMatch(StrEnum):
    """The `priceMatch` values: take the price from the book, from the other side or from the own one."""

    NONE = "NONE"
    OPPONENT = "OPPONENT"
    OPPONENT_5 = "OPPONENT_5"
    OPPONENT_10 = "OPPONENT_10"
    OPPONENT_20 = "OPPONENT_20"
    QUEUE = "QUEUE"
    QUEUE_5 = "QUEUE_5"
    QUEUE_10 = "QUEUE_10"
    QUEUE_20 = "QUEUE_20"

    @property
    def is_opponent(self) -> bool:
        """Whether the price comes from the other side of the book."""
        return self.value.startswith("OPPONENT")

    @property
    def level(self) -> int:
        """Which level of the book it is, from 1."""
        _, _, number = self.value.partition("_")
        return int(number) if number else 1


class SelfTradeMode(StrEnum):
    """The `selfTradePreventionMode` values."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"

    @property
    def prevention(self) -> SelfTradePrevention:
        """The exchange's word."""
        return _PREVENTIONS[self]


_PREVENTIONS = {
    SelfTradeMode.NONE: SelfTradePrevention.NONE,
    SelfTradeMode.EXPIRE_TAKER: SelfTradePrevention.EXPIRE_TAKER,
    SelfTradeMode.EXPIRE_MAKER: SelfTradePrevention.EXPIRE_MAKER,
    SelfTradeMode.EXPIRE_BOTH: SelfTradePrevention.EXPIRE_BOTH,
}


class WorkingType(StrEnum):
    """The `workingType` values: which price triggers a conditional order."""

    MARK_PRICE = "MARK_PRICE"
    CONTRACT_PRICE = "CONTRACT_PRICE"

    @property
    def price_kind(self) -> PriceKind:
        """The exchange's word."""
        return PriceKind.MARK if self is WorkingType.MARK_PRICE else PriceKind.LAST


class ResponseType(StrEnum):
    """The `newOrderRespType` values: ACK answers before matching, RESULT after it."""

    ACK = "ACK"
    RESULT = "RESULT"


class MarginType(StrEnum):
    """The `marginType` values of requests; answers say "cross" and "isolated" in some places."""

    ISOLATED = "ISOLATED"
    CROSSED = "CROSSED"


SETTLEMENT_ASSETS = ("USDT", "USDC", "BNB", "BTC", "ETH", "FDUSD", "BFUSD", "LDUSDT")
"""What a futures wallet can hold (exchangeInfo "assets"), the settlement assets first."""
