"""By what records are found."""

from datetime import datetime

from tidegate.core.identifiers import AccountId, ExchangeOrderId, IdempotencyKey, UserId
from tidegate.core.vocabulary import CashFlowKind, PositionSide, Wallet

HoldingKey = tuple[AccountId, UserId, str, Wallet]
PositionKey = tuple[AccountId, UserId, str, PositionSide]
CashFlowKey = tuple[AccountId, CashFlowKind, str]
RequestKey = tuple[UserId, IdempotencyKey]
ExchangeOrderKey = tuple[AccountId, str, ExchangeOrderId]  # Account, symbol, id.
AccountMarket = tuple[AccountId, str]
HeardKey = tuple[AccountId, str]  # Account, the id that a cash flow was booked by.
HearingKey = tuple[AccountId, str, datetime, datetime]  # Account, asset, since when, until when.
