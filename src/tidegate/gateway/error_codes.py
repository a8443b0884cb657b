"""Writes docs/ERROR_CODES.md from the enumerations: `python -m tidegate.gateway.error_codes > docs/ERROR_CODES.md`."""

import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from tidegate.core.vocabulary import RefusalCode, RejectReason
from tidegate.gateway.problems import GatewayCode, status_of

_GATEWAY: Mapping[GatewayCode, tuple[HTTPStatus, str]] = {
    GatewayCode.BAD_REQUEST: (
        HTTPStatus.BAD_REQUEST,
        "The request is no proper HTTP request; compare it with the examples.",
    ),
    GatewayCode.BODY_TOO_LARGE: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Send one order per request, without anything that is not part of it.",
    ),
    GatewayCode.DESK_STOPPED: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The desk is ending. After its restart, send the same request again, with the same idempotency key.",
    ),
    GatewayCode.FORMAT_UNAVAILABLE: (
        HTTPStatus.NOT_IMPLEMENTED,
        "The desk cannot write this format: install `tidegate[parquet]` there, or ask for `format=csv`.",
    ),
    GatewayCode.INTERNAL_ERROR: (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "An error of ours. The desk's log has it; whether an order was taken, `GET /orders` says.",
    ),
    GatewayCode.INVALID_IDEMPOTENCY_KEY: (
        HTTPStatus.BAD_REQUEST,
        "Send 1 to 128 visible ASCII characters, such as a UUID.",
    ),
    GatewayCode.INVALID_QUERY: (
        HTTPStatus.BAD_REQUEST,
        "`detail` names the query parameter and what it may be.",
    ),
    GatewayCode.INVALID_REQUEST: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        '`detail` names the field. Amounts are strings, such as `"0.25"`; unknown fields are refused.',
    ),
    GatewayCode.MALFORMED_JSON: (
        HTTPStatus.BAD_REQUEST,
        "The body is no JSON in UTF-8; in a shell, put it between single quotes.",
    ),
    GatewayCode.METHOD_NOT_ALLOWED: (
        HTTPStatus.METHOD_NOT_ALLOWED,
        "The path exists, with another method: `/openapi.json` lists them.",
    ),
    GatewayCode.NOT_FOUND: (
        HTTPStatus.NOT_FOUND,
        "There is no such path: `/openapi.json` lists them.",
    ),
    GatewayCode.UNAUTHENTICATED: (
        HTTPStatus.UNAUTHORIZED,
        "Send `Authorization: Bearer tg_...` with a token of this desk; an administrator issues one.",
    ),
    GatewayCode.UNSUPPORTED_MEDIA_TYPE: (
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "Send the header `Content-Type: application/json`.",
    ),
}

_REFUSALS: Mapping[RefusalCode, str] = {
    RefusalCode.ACCOUNT_NOT_FOUND: "Use an account that `GET /accounts` lists, or have it opened to you.",
    RefusalCode.ALREADY_EXISTS: "Choose another id, or use what exists.",
    RefusalCode.APPROVAL_ENDED: "It was decided, or its matter is another by now: ask anew if it is still wanted.",
    RefusalCode.APPROVAL_NOT_ALLOWED: "Another person than the one who asked decides, with the role `risk`.",
    RefusalCode.APPROVAL_NOT_FOUND: "Check the id: `GET /approvals` lists what waits.",
    RefusalCode.BREAK_NOT_FOUND: "It is resolved already, or there was none: `GET /reconciliation/breaks` lists them.",
    RefusalCode.CLIENT_ORDER_ID_CONFLICT: "You gave this id to another order: give a new order a new id.",
    RefusalCode.COMMAND_EXPIRED: "It arrived too late to be acted on; nothing was sent. Decide anew.",
    RefusalCode.DAILY_LOSS_LIMIT: "Only orders that reduce a position until midnight UTC, or have the limit loosened.",
    RefusalCode.DESK_BUSY: "Nothing was taken. Send the same request again after `Retry-After` seconds.",
    RefusalCode.DRAWDOWN_LIMIT: "Only orders that reduce a position, until the limit is loosened.",
    RefusalCode.DUPLICATE_ORDER: "You placed the same lately. If it is meant, wait as long as `detail` says.",
    RefusalCode.EQUITY_UNKNOWN: "What the limit is held against is not known: try again soon.",
    RefusalCode.EXPIRY_NOT_ALLOWED: "Leave `expires_at` out, or make it a `gtd` order that expires in the future.",
    RefusalCode.EXPIRY_REQUIRED: "A `gtd` order needs `expires_at`.",
    RefusalCode.EXPOSURE_LIMIT: "Order less, cancel an order, or reduce a position: at most `limit` in all.",
    RefusalCode.IDEMPOTENCY_KEY_CONFLICT: "You used this key with another body: give a new request a new key.",
    RefusalCode.INSTRUMENT_NOT_ALLOWED: "Trade a symbol that the limit allows: `GET /risk/limits` lists them.",
    RefusalCode.INSTRUMENT_NOT_TRADING: "The venue has halted this market: wait, or trade another.",
    RefusalCode.INSTRUMENT_RESTRICTED: "This symbol is restricted for you: only a position in it may be reduced.",
    RefusalCode.INSUFFICIENT_BALANCE: "Order less, cancel an order that reserves money, or fund the account.",
    RefusalCode.LEVERAGE_LIMIT: "Order less, reduce a position, or use a leverage up to `limit`.",
    RefusalCode.LEVERAGE_NOT_ALLOWED: "Use a leverage up to `limit`, on a derivative only.",
    RefusalCode.LIMITS_VERSION_CONFLICT: "Another set is in force by now (`actual`): read it, and change that one.",
    RefusalCode.LIMIT_NOT_ALLOWED: "Change the limit as `detail` says.",
    RefusalCode.NOTHING_TO_CHANGE: "The order is as you want it: name at least one figure that differs.",
    RefusalCode.NOTIONAL_ABOVE_MAXIMUM: "Order at most `limit`, or split the order.",
    RefusalCode.NOTIONAL_BELOW_MINIMUM: "Order at least `limit`, in the quote asset.",
    RefusalCode.NOTIONAL_RATE_LIMIT: "At most `limit` within the interval that `detail` names: order less, or wait.",
    RefusalCode.NOT_PERMITTED: "Use the token of a user with the role that `detail` names.",
    RefusalCode.NO_REFERENCE_PRICE: "The market order's cost is not known yet: try again soon, or use a limit order.",
    RefusalCode.OPEN_ORDERS_LIMIT: "Cancel an order first: at most `limit` may be open.",
    RefusalCode.ORDER_BUSY: "A change or cancel of it is under way: look at the order, then ask again.",
    RefusalCode.ORDER_CLOSED: "The order has ended; `GET /orders/{order_id}` says how.",
    RefusalCode.ORDER_NOTIONAL_LIMIT: "Order at most what is worth `limit`, or split the order.",
    RefusalCode.ORDER_NOT_FOUND: "Check the id; orders of others are not shown.",
    RefusalCode.ORDER_QUANTITY_LIMIT: "Order at most `limit`, or split the order.",
    RefusalCode.ORDER_RATE_LIMIT: "At most `limit` orders within the interval that `detail` names: wait.",
    RefusalCode.PARAMETER_NOT_ALLOWED: "Leave out what `detail` names under `params`.",
    RefusalCode.POSITION_LIMIT: "Order less, or cancel an order of that side: the position may reach `limit`.",
    RefusalCode.POSITION_NOT_FLAT: "Leverage and margin mode change while the symbol is flat and has no open order.",
    RefusalCode.PRICE_NOT_ALLOWED: "Leave the price out, or make it a limit order.",
    RefusalCode.PRICE_NOT_MULTIPLE_OF_TICK: "Use one of the prices that `detail` names; `limit` is the tick.",
    RefusalCode.PRICE_OUTSIDE_BAND: "Move the price to the near side of `limit`.",
    RefusalCode.PRICE_OUTSIDE_COLLAR: "Move the price towards the market, up to `limit`.",
    RefusalCode.PRICE_REQUIRED: "Give a price, or make it a market order.",
    RefusalCode.PROTECTION_NOT_ALLOWED: "Protect entry orders only, in the way that `detail` names.",
    RefusalCode.PROTECTION_REQUIRED: "Give the order a `stop_loss`, or order at most what is worth `limit`.",
    RefusalCode.QUANTITY_ABOVE_MAXIMUM: "Order at most `limit`, or split the order.",
    RefusalCode.QUANTITY_AMBIGUOUS: "Give `quantity`; for a market order, `quote_quantity` may stand in its place.",
    RefusalCode.QUANTITY_BELOW_FILLED: "More than that is filled already: keep at least `limit`, or cancel the rest.",
    RefusalCode.QUANTITY_BELOW_MINIMUM: "Order at least `limit`.",
    RefusalCode.QUANTITY_NOT_MULTIPLE_OF_STEP: "Use one of the quantities that `detail` names; `limit` is the step.",
    RefusalCode.RULE_LIMIT_REACHED: "Delete rules that you no longer need: at most `limit` may wait.",
    RefusalCode.RULE_NOT_ALLOWED: "Change the rule as `detail` says.",
    RefusalCode.RULE_NOT_FOUND: "It has fired or was deleted, or was never yours: `GET /rules` lists them.",
    RefusalCode.SCOPE_NOT_FOUND: "There is no such user, account or symbol, or it trades freely.",
    RefusalCode.SYMBOL_NOT_FOUND: "Use a symbol that `GET /instruments` lists, in its spelling: `BTC/USDT`.",
    RefusalCode.TRADING_HALTED: "Trading is stopped here, `detail` says why: only cancels are taken.",
    RefusalCode.TRADING_REDUCING: "Only orders that reduce a position are taken here. `detail` says why.",
    RefusalCode.TRAILING_OFFSET_NOT_ALLOWED: "Leave the offset out, or give a trailing stop one that `detail` allows.",
    RefusalCode.TRAILING_OFFSET_REQUIRED: 'A trailing stop needs `trailing_offset`: `"150"` or `"1.5%"`.',
    RefusalCode.TRANSFER_NOT_ALLOWED: "Change the transfer as `detail` says.",
    RefusalCode.TRIGGER_PRICE_ALREADY_PASSED: "The market is past `trigger_price` now: move it, or order at once.",
    RefusalCode.TRIGGER_PRICE_NOT_ALLOWED: "Leave the trigger price out, or use a conditional order type.",
    RefusalCode.TRIGGER_PRICE_REQUIRED: "Give `trigger_price`, or use a market or limit order.",
    RefusalCode.UNSUPPORTED_COMBINATION: "Leave out one of the two that `detail` names.",
    RefusalCode.UNSUPPORTED_ORDER_TYPE: "Use an order type that `detail` names.",
    RefusalCode.UNSUPPORTED_ROUTING: "Use a routing that `detail` names.",
    RefusalCode.UNSUPPORTED_TIME_IN_FORCE: "Use a time in force that `detail` names.",
    RefusalCode.USER_NOT_FOUND: "Add the user first.",
    RefusalCode.VENUE_UNAVAILABLE: (
        "The account takes no new orders now, and `GET /health/ready` says why; or its books have not been compared "
        "for long enough to let them follow the venue: try again in some seconds."
    ),
}

_REJECTIONS: Mapping[RejectReason, str] = {
    RejectReason.AUTHENTICATION_FAILED: "The venue does not take the account's API key: check it, and its addresses.",
    RejectReason.CANCELED_AT_VENUE: "The venue canceled it unasked, or somebody did so there; `message` may say why.",
    RejectReason.CANCELED_BY_RULE: "A rule of the user's canceled it: another order got where the rule waited for.",
    RejectReason.CLIENT_DISCONNECTED: "Its client was not heard of in time, and had asked for just that.",
    RejectReason.CLOCK_SKEW: "This machine's clock and the venue's differ: let NTP set it.",
    RejectReason.DUPLICATE_ORDER_ID: "The venue has seen the attempt's id already; the desk looks the order up.",
    RejectReason.EXPIRED_AT_VENUE: "Its time in force ended it: what could not be filled at once is gone.",
    RejectReason.EXPIRED_BY_DESK: "Its `expires_at` has come: the desk canceled what was left.",
    RejectReason.IMMEDIATE_MATCH_REFUSED: "Post-only, but priced to take: move the price away from the market.",
    RejectReason.INSTRUMENT_NOT_TRADABLE: "The venue does not trade this market now, or not for this account.",
    RejectReason.INSUFFICIENT_FUNDS: "The venue holds less than the desk knew of: look at the open breaks.",
    RejectReason.INVALID_PARAMETERS: "The venue did not understand the order; `message` is its reason.",
    RejectReason.KILLED: "The kill switch was pressed.",
    RejectReason.NOT_SENT: "It never left the desk, so nothing is at the venue: place it anew if still wanted.",
    RejectReason.ONE_CANCELS_OTHER: "The other side of the protection has closed the position: it was not needed.",
    RejectReason.ORDER_LIMIT_REACHED: "Too many open orders at the venue: cancel some.",
    RejectReason.OUTSIDE_VENUE_RULES: "Price or size break a rule of the venue; `message` says which.",
    RejectReason.PERMISSION_DENIED: "The API key may not do this: let it trade spot, at the venue.",
    RejectReason.POSITION_CLOSED: "Nothing was left to protect.",
    RejectReason.RATE_LIMITED: "The venue takes no more for now: send less, or later.",
    RejectReason.REPLACED: "Another leg of the same protection took its place: `GET /orders?parent_order_id=` has it.",
    RejectReason.REPLACE_FAILED: "To change it, it was canceled, and the rest could not be sent again: place it anew.",
    RejectReason.RISK_LIMIT: "Set off, it would have gone beyond a limit of the desk, which `message` names.",
    RejectReason.STOP_TRIGGERED: "The stop of what it had filled went off: its unfilled rest was canceled first.",
    RejectReason.TOO_LATE: "The order had ended before the cancel came; its status says how.",
    RejectReason.UNKNOWN_ORDER: "The venue does not know the order any more; the desk finds out how it ended.",
    RejectReason.UNRESOLVED_UNFILLED: "The venue never confirmed it and shows no fill, so its money was released.",
    RejectReason.USER_REQUEST: "Canceled as asked.",
    RejectReason.VENUE_ERROR: "The venue gave no reason that the desk knows; `message` has its words.",
    RejectReason.VENUE_OVERLOADED: "The venue had no capacity: try again later.",
    RejectReason.VENUE_UNREACHABLE: "The venue could not be reached: check the network, try again.",
}


def document() -> str:
    """The whole page, in Markdown. A code without a sentence is a `KeyError`."""
    return "\n".join(
        (
            "# Error codes",
            "",
            "<!-- Written by `python -m tidegate.gateway.error_codes`; a test holds it to the code. -->",
            "",
            "Errors are `application/problem+json` (RFC 9457): `code` is stable, `detail` a sentence about the case,",
            "`limit` and `actual` are the figures that did not fit. Programs decide on `code`.",
            "",
            "## The request was not understood, or not now",
            "",
            *_table(
                ("code", "HTTP", "what to do"),
                ((code, _number(_GATEWAY[code][0]), _GATEWAY[code][1]) for code in GatewayCode),
            ),
            "",
            "## The desk said no",
            "",
            "A refused order was not sent anywhere. It stays in the books as `invalidated`, and comes under `order`.",
            "",
            *_table(
                ("code", "HTTP", "what to do"),
                ((code, _number(status_of(code)), _REFUSALS[code]) for code in RefusalCode),
            ),
            "",
            "## The venue said no, or ended an order",
            "",
            "These are no HTTP errors: the order has them as `reason`, its history as `error_code`; `message` has the",
            "venue's own words. On a step of an order that is still open they say why the desk waits or asks:",
            "do nothing, and above all do not place the order again.",
            "",
            *_table(
                ("reason", "what it means, what to do"), ((reason, _REJECTIONS[reason]) for reason in RejectReason)
            ),
            "",
        )
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return lines + [f"| `{code}` | {' | '.join(rest)} |" for code, *rest in rows]


def _number(status: HTTPStatus) -> str:
    return str(status.value)


if __name__ == "__main__":
    sys.stdout.write(document())
