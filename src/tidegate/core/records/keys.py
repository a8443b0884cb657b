"""By what records are found."""

from tidegate.core.identifiers import AccountId, ExchangeOrderId, IdempotencyKey, UserId
from tidegate.core.vocabulary import CashFlowKind, PositionSide, Wallet

HoldingKey = tuple[AccountId, UserId, str, Wallet]
PositionKey = tuple[AccountId, UserId, str, PositionSide]
CashFlowKey = tuple[AccountId, CashFlowKind, str]
RequestKey = tuple[UserId, IdempotencyKey]
ExchangeOrderKey = tuple[AccountId, str, ExchangeOrderId]  # Account, symbol, id.
AccountMarket = tuple[AccountId, str]
