"""Puts the trading half of the simulated OKX together."""

from venuesim.exchange.engine import Exchange
from venuesim.exchange.events import OrderEvent
from venuesim.okx.account_figures import AccountFigures
from venuesim.okx.account_settings import AccountSettings
from venuesim.okx.algo_orders import AlgoBook
from venuesim.okx.algo_running import AlgoDesk
from venuesim.okx.algo_trading import AlgoTrading
from venuesim.okx.amending import Amending
from venuesim.okx.canceling import Canceling
from venuesim.okx.finding import Finder
from venuesim.okx.instruments import Instruments
from venuesim.okx.limits import OkxLimits
from venuesim.okx.order_words import Extra
from venuesim.okx.placing import Placing
from venuesim.okx.position_figures import PositionFigures
from venuesim.okx.position_history import PositionHistory
from venuesim.okx.protecting import Protecting
from venuesim.okx.trade_catalog import TradeCatalog
from venuesim.okx.trading import Trading
from venuesim.wire.calls import plain


class TradeDesk:
    """Orders, algo orders, positions and account settings. `algos` tells what becomes of algo orders."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: OkxLimits) -> None:
        exchange.listeners.orders.append(_note_leverage)
        # The order matters: a position has its id before anybody is told of the fill that opened it.
        history = PositionHistory(exchange)
        self.algos = AlgoBook()
        desk = AlgoDesk(exchange, self.algos)
        Protecting(exchange, self.algos, desk)
        finder = Finder(exchange, instruments)
        self.operations = TradeCatalog(
            placing=Placing(exchange=exchange, instruments=instruments, limits=limits),
            amending=Amending(exchange=exchange, limits=limits, finder=finder),
            canceling=Canceling(exchange=exchange, instruments=instruments, limits=limits, finder=finder),
            trading=Trading(exchange=exchange, instruments=instruments, finder=finder),
            algos=AlgoTrading(exchange=exchange, instruments=instruments, limits=limits, book=self.algos, desk=desk),
            settings=AccountSettings(exchange=exchange, instruments=instruments, algos=self.algos),
            figures=AccountFigures(exchange=exchange, instruments=instruments),
            positions=PositionFigures(exchange=exchange, instruments=instruments, algos=self.algos, history=history),
        )


def _note_leverage(event: OrderEvent) -> None:
    """Keep the leverage with a contract's order that did not come by the API: by hand, or a liquidation."""
    order = event.order
    if order.instrument.is_linear and Extra.LEVERAGE not in order.extra:
        order.extra = {**order.extra, Extra.LEVERAGE: plain(event.account.holding_of(order).leverage)}
