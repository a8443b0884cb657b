"""Puts the trading half of the simulated OKX together."""

from venuesim.exchange.engine import Exchange
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
from venuesim.okx.placing import Placing
from venuesim.okx.position_figures import PositionFigures
from venuesim.okx.position_history import PositionHistory
from venuesim.okx.protecting import Protecting
from venuesim.okx.trade_catalog import TradeCatalog
from venuesim.okx.trading import Trading


class TradeDesk:
    """Orders, algo orders, positions and account settings. `algos` tells what becomes of algo orders."""

    def __init__(self, *, exchange: Exchange, instruments: Instruments, limits: OkxLimits) -> None:
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
