"""In which markets users trade. Their prices are followed closely: they set orders off, and judge new ones."""

from datetime import datetime

from tidegate.core.desk import Desk
from tidegate.core.held import Market


def still_traded(desk: Desk, at: datetime) -> frozenset[Market]:
    """Those with open orders, with orders that ended lately, or with positions; the same object if they are all."""
    since = at - desk.policy.recent_trades
    traded = {(order.exchange, order.symbol) for order in desk.orders.values() if not order.is_closed}
    traded |= {(position.exchange, position.symbol) for position in desk.positions.values() if position.quantity}
    for account_id, symbols in desk.recent_symbols.items():
        exchange = desk.accounts[account_id].exchange
        traded |= {(exchange, symbol) for symbol, ended in symbols.items() if ended >= since}
    return desk.traded_markets if desk.traded_markets <= traded else desk.traded_markets & traded
