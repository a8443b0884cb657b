"""Batches: several orders placed, amended or cancelled at once, each with its own answer ("Batch Place Order")."""

from collections.abc import Callable

from venuesim.bybit import errors
from venuesim.bybit.amending import Amending
from venuesim.bybit.cancelling import Cancelling
from venuesim.bybit.errors import BybitError
from venuesim.bybit.operations import Json, Request, Result
from venuesim.bybit.parameters import Category, Parameters
from venuesim.bybit.placing import Placing
from venuesim.bybit.rendering import ids
from venuesim.exchange.accounts import Account
from venuesim.exchange.orders import Order

ORDERS_MAX = {Category.SPOT: 10, Category.LINEAR: 20}
REQUEST = "request"

Accept = Callable[[Parameters, Account], Order]


class Batches:
    """Runs batches. The answer is always a success; what became of each order stands in retExtInfo."""

    def __init__(self, *, placing: Placing, amending: Amending, cancelling: Cancelling) -> None:
        self._placing = placing
        self._amending = amending
        self._cancelling = cancelling

    def create(self, request: Request) -> Result:
        """Place up to 20 (spot: 10) orders."""
        return _run(request, self._placing.accept, tells_time=True)

    def amend(self, request: Request) -> Result:
        """Amend as many orders."""
        return _run(request, self._amending.accept)

    def cancel(self, request: Request) -> Result:
        """Cancel as many orders."""
        return _run(request, self._cancelling.accept)


def batch_size(parameters: Parameters) -> int:
    """Return how many orders a batch has, as the rate limit counts them."""
    try:
        return len(parameters.objects(REQUEST))
    except BybitError:
        return 1  # It will be refused as a whole.


def _run(request: Request, accept: Accept, *, tells_time: bool = False) -> Result:
    category = request.parameters.category()
    orders = request.parameters.objects(REQUEST)
    allowed = ORDERS_MAX.get(category)
    if allowed is None:
        raise errors.no_such_contract()
    if not 0 < len(orders) <= allowed:
        raise errors.parameter(f"params error: request takes 1 to {allowed} orders")
    rows: list[Json] = []
    codes: list[Json] = []
    for number, values in enumerate(orders):
        row: Json = {"category": category.value, "symbol": values.get("symbol", ""), "orderId": "", "orderLinkId": ""}
        created = ""
        try:
            if number >= request.allowed:
                raise errors.too_many_visits()
            order = accept(Parameters({**values, "category": category.value}), request.account)
        except BybitError as error:
            link = values.get("orderLinkId")
            row["orderLinkId"] = link if isinstance(link, str) else ""
            codes.append({"code": error.code, "msg": error.message})
        else:
            row.update(ids(order))
            created = str(order.created_ms)
            codes.append({"code": 0, "msg": "OK"})
        rows.append({**row, "createAt": created} if tells_time else row)
    is_accepted = any(code["code"] == 0 for code in codes)
    return Result(result={"list": rows}, details={"list": codes}, accepted=is_accepted)
