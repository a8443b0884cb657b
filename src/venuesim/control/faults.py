"""Faults by hand: switched on, listed with how often they fired, and switched off."""

from collections.abc import Mapping

import msgspec

from venuesim.control.reading import ControlError, Rooms, decode
from venuesim.exchange.ledger import Row
from venuesim.fault_effects import FaultEffects
from venuesim.fault_rules import check_fault
from venuesim.faults import Fault, FaultKind, FaultRequest, FaultSet


class ExchangeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which venue is meant (None: all)."""

    exchange: str | None = None


class Faults:
    """The calls under `/_sim/faults`."""

    def __init__(self, rooms: Rooms, faults: FaultSet, effects: FaultEffects) -> None:
        self._rooms = rooms
        self._faults = faults
        self._effects = effects

    def add(self, request: FaultRequest) -> object:
        """Switch a fault on."""
        self._rooms.exchanges(request.exchange)
        try:
            check_fault(request, self._rooms.venues)
        except ValueError as error:
            raise ControlError(str(error)) from error
        if request.kind is FaultKind.UNSOLICITED_CANCEL and not self._effects.orders_to_cancel(request):
            raise ControlError("no open order is matched")
        return _row(self._faults.add(request))

    def show(self) -> object:
        """List the faults."""
        return {"faults": [_row(fault) for fault in self._faults]}

    def clear(self, query: Mapping[str, str], body: bytes) -> object:
        """Switch faults off; the exchange may be named in the query or in a body."""
        exchange = decode(body, ExchangeBody).exchange if body else query.get("exchange")
        self._rooms.exchanges(exchange)
        self._faults.clear(exchange=exchange)
        return self.show()


def _row(fault: Fault) -> Row:
    given = msgspec.to_builtins(fault.request)
    own = {name: value for name, value in given.items() if value is not None and name not in {"match", "exchange"}}
    return {
        **own,
        "id": fault.fault_id,
        "exchange": fault.request.exchange,
        "match": msgspec.to_builtins(fault.request.match),
        "fired": fault.fired,
    }
