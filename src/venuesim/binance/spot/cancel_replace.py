"""`order/cancelReplace`: a cancel and a new order in one request, of which either half may fail."""

from enum import StrEnum

from venuesim.binance.errors import BinanceError
from venuesim.binance.operations import Request, Result
from venuesim.binance.parameters import Parameters
from venuesim.binance.spot.canceling import Canceling, CancelRestriction, read_ids, read_restriction
from venuesim.binance.spot.formats import Json
from venuesim.binance.spot.forms import OrderForm
from venuesim.binance.spot.placing import Placing
from venuesim.binance.spot.vocabulary import ResponseType
from venuesim.exchange.accounts import Account
from venuesim.exchange.orders import Order


class ReplaceMode(StrEnum):
    """The `cancelReplaceMode` values: what becomes of the new order when the cancel fails."""

    STOP_ON_FAILURE = "STOP_ON_FAILURE"
    ALLOW_FAILURE = "ALLOW_FAILURE"


class ExceededMode(StrEnum):
    """The `orderRateLimitExceededMode` values: what becomes of the cancel when too many orders were placed."""

    DO_NOTHING = "DO_NOTHING"
    CANCEL_ONLY = "CANCEL_ONLY"


class _Half:
    """One half of the request: what came of it, and the answer to it."""

    def __init__(self) -> None:
        self.result = "NOT_ATTEMPTED"
        self.response: Json | None = None
        self.error: BinanceError | None = None

    def succeeded(self, response: Json) -> None:
        self.result, self.response = "SUCCESS", response

    def failed(self, error: BinanceError) -> None:
        self.result, self.response, self.error = "FAILURE", error.payload(), error

    @property
    def is_success(self) -> bool:
        return self.result == "SUCCESS"


class CancelReplace:
    """Replaces orders."""

    def __init__(self, placing: Placing, canceling: Canceling) -> None:
        self._placing = placing
        self._canceling = canceling

    def replace(self, request: Request) -> Result:
        """Cancel an order and place another.

        Filters and the order count are looked at before anything happens; the new order counts even if it is not
        attempted.
        """
        parameters, account = request.parameters, request.account
        instrument = self._placing.instruments.read(parameters)
        mode = _read_mode(parameters)
        exceeded_mode = _read_exceeded_mode(parameters)
        ids = read_ids(parameters, "cancelOrderId", "cancelOrigClientOrderId")
        cancel_id = parameters.client_order_id("cancelNewClientOrderId") or self._placing.ids.new()
        restriction = read_restriction(parameters)
        form, detail = self._placing.read(request)
        request.all_read()

        old = self._canceling.find(account, instrument, *ids)
        over = self._over_the_count(account, request.now_ms)
        if over is not None and exceeded_mode is ExceededMode.DO_NOTHING:
            raise over
        self._placing.check([form], account, old)
        if over is None:
            self._placing.limits.count_order(account, request.now_ms)
        cancel, new = _Half(), _Half()
        self._cancel(cancel, old, cancel_id, restriction)
        if over is not None:
            self._refuse_new(cancel, new, mode, over)
        elif cancel.is_success or mode is ReplaceMode.ALLOW_FAILURE:
            self._place(new, form, detail, account)
        return _answer(cancel, new)

    def _cancel(self, half: _Half, old: Order | None, cancel_id: str, restriction: CancelRestriction | None) -> None:
        try:
            half.succeeded(self._canceling.cancel_found(old, cancel_id, restriction))
        except BinanceError as error:
            half.failed(error)

    def _place(self, half: _Half, form: OrderForm, detail: ResponseType, account: Account) -> None:
        try:
            half.succeeded(self._placing.answer(self._placing.submit(form, account), detail))
        except BinanceError as error:
            half.failed(error)

    @staticmethod
    def _refuse_new(cancel: _Half, new: _Half, mode: ReplaceMode, over: BinanceError) -> None:
        if cancel.is_success or mode is ReplaceMode.ALLOW_FAILURE:
            new.failed(over)

    def _over_the_count(self, account: Account, now_ms: int) -> BinanceError | None:
        try:
            self._placing.limits.check_orders(account, now_ms)
        except BinanceError as error:
            return error
        return None


def _answer(cancel: _Half, new: _Half) -> Result:
    data: Json = {
        "cancelResult": cancel.result,
        "newOrderResult": new.result,
        "cancelResponse": cancel.response,
        "newOrderResponse": new.response,
    }
    if cancel.is_success and new.is_success:
        return Result(data, accepted=True)
    if cancel.is_success or new.is_success:
        status = new.error.status if new.error is not None and new.error.status == 429 else 409
        raise BinanceError(-2021, "Order cancel-replace partially failed.", status=status, data=data, accepted=True)
    raise BinanceError(-2022, "Order cancel-replace failed.", data=data)


def _read_mode(parameters: Parameters) -> ReplaceMode:
    message = "Data sent for parameter 'cancelReplaceMode' is not valid."
    return parameters.choice("cancelReplaceMode", ReplaceMode, -1130, message)


def _read_exceeded_mode(parameters: Parameters) -> ExceededMode:
    if not parameters.has("orderRateLimitExceededMode"):
        return ExceededMode.DO_NOTHING
    message = "Data sent for parameter 'orderRateLimitExceededMode' is not valid."
    return parameters.choice("orderRateLimitExceededMode", ExceededMode, -1130, message)
