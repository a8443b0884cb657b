"""The error codes and sentences of the USDⓈ-M API (its "Error Code" page)."""

from enum import IntEnum

from venuesim.binance.errors import BinanceError


class Code(IntEnum):
    """The codes, under Binance's own names."""

    INVALID_TIF = -1115
    INVALID_ORDER_TYPE = -1116
    INVALID_SIDE = -1117
    BAD_INTERVAL = -1120
    BAD_SYMBOL = -1121
    BAD_PRECISION = -1111
    BAD_ASSET = -1108
    INVALID_SYMBOL_STATUS = -1122
    INVALID_LISTEN_KEY = -1125
    OPTIONAL_PARAMS_BAD_COMBO = -1128
    INVALID_NEW_ORDER_RESP_TYPE = -1136
    START_TIME_GREATER_THAN_END_TIME = -1023
    CANCEL_REJECTED = -2011
    NO_SUCH_ORDER = -2013
    MARGIN_NOT_SUFFICIENT = -2019
    ORDER_WOULD_IMMEDIATELY_TRIGGER = -2021
    REDUCE_ONLY_REJECT = -2022
    MAX_OPEN_ORDER_EXCEEDED = -2025
    MAX_LEVERAGE_RATIO = -2027
    MIN_LEVERAGE_RATIO = -2028
    PRICE_LESS_THAN_ZERO = -4001
    PRICE_GREATER_THAN_MAX_PRICE = -4002
    QTY_LESS_THAN_ZERO = -4003
    QTY_LESS_THAN_MIN_QTY = -4004
    QTY_GREATER_THAN_MAX_QTY = -4005
    STOP_PRICE_LESS_THAN_ZERO = -4006
    STOP_PRICE_GREATER_THAN_MAX_PRICE = -4007
    PRICE_LESS_THAN_MIN_PRICE = -4013
    PRICE_NOT_INCREASED_BY_TICK_SIZE = -4014
    INVALID_CL_ORD_ID_LEN = -4015
    QTY_NOT_INCREASED_BY_STEP_SIZE = -4023
    INVALID_WORKING_TYPE = -4031
    EXCEED_MAX_CANCEL_ORDER_SIZE = -4032
    MAX_STOP_ORDER_EXCEEDED = -4045
    NO_NEED_TO_CHANGE_MARGIN_TYPE = -4046
    THERE_EXISTS_OPEN_ORDERS = -4047
    THERE_EXISTS_QUANTITY = -4048
    ADD_ISOLATED_MARGIN_REJECT = -4049
    CROSS_BALANCE_INSUFFICIENT = -4050
    ISOLATED_BALANCE_INSUFFICIENT = -4051
    ADD_ISOLATED_MARGIN_NO_POSITION_REJECT = -4054
    AMOUNT_MUST_BE_POSITIVE = -4055
    NO_NEED_TO_CHANGE_POSITION_SIDE = -4059
    INVALID_POSITION_SIDE = -4060
    POSITION_SIDE_NOT_MATCH = -4061
    REDUCE_ONLY_CONFLICT = -4062
    POSITION_SIDE_CHANGE_EXISTS_OPEN_ORDERS = -4067
    POSITION_SIDE_CHANGE_EXISTS_QUANTITY = -4068
    INVALID_CONTRACT_TYPE = -4104
    DUPLICATED_CLIENT_ORDER_ID = -4116
    STOP_ORDER_SWITCH_ALGO = -4120
    CLOSE_POSITION_EXISTS = -4130
    MARKET_ORDER_REJECT = -4131
    INVALID_ACTIVATION_PRICE = -4135
    QUANTITY_EXISTS_WITH_CLOSE_POSITION = -4137
    SYMBOL_ALREADY_CLOSED = -4141
    INVALID_PAIR = -4144
    ISOLATED_LEVERAGE_REJECT_WITH_POSITION = -4161
    ISOLATED_REJECT_WITH_JOINT_MARGIN = -4167
    JOINT_MARGIN_REJECT_WITH_ISOLATED = -4168
    JOINT_MARGIN_REJECT_WITH_OPEN_ORDER = -4170
    NO_NEED_TO_CHANGE_JOINT_MARGIN = -4171
    FOK_ORDER_REJECT = -5021
    GTX_ORDER_REJECT = -5022
    LIMIT_ORDER_ONLY = -5025
    EXCEED_MAXIMUM_MODIFY_ORDER_LIMIT = -5026
    SAME_ORDER = -5027
    INVALID_PRICE_MATCH = -5037
    UNSUPPORTED_ORDER_TYPE_PRICE_MATCH = -5038
    INVALID_SELF_TRADE_PREVENTION_MODE = -5039
    FUTURE_GOOD_TILL_DATE = -5040
    BBO_ORDER_REJECT = -5041
    NOT_A_REDUCE_ONLY_ORDER = -5047


_SENTENCES = {
    Code.INVALID_TIF: "Invalid timeInForce.",
    Code.INVALID_ORDER_TYPE: "Invalid orderType.",
    Code.INVALID_SIDE: "Invalid side.",
    Code.BAD_INTERVAL: "Invalid interval.",
    Code.BAD_SYMBOL: "Invalid symbol.",
    Code.BAD_PRECISION: "Precision is over the maximum defined for this asset.",
    Code.BAD_ASSET: "Invalid asset.",
    Code.INVALID_SYMBOL_STATUS: "Invalid symbol status.",
    Code.INVALID_LISTEN_KEY: (
        "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`"
    ),
    Code.OPTIONAL_PARAMS_BAD_COMBO: "Combination of optional parameters invalid.",
    Code.INVALID_NEW_ORDER_RESP_TYPE: "Invalid newOrderRespType.",
    Code.START_TIME_GREATER_THAN_END_TIME: "Start time is greater than end time.",
    Code.CANCEL_REJECTED: "Unknown order sent.",
    Code.NO_SUCH_ORDER: "Order does not exist.",
    Code.MARGIN_NOT_SUFFICIENT: "Margin is insufficient.",
    Code.ORDER_WOULD_IMMEDIATELY_TRIGGER: "Order would immediately trigger.",
    Code.REDUCE_ONLY_REJECT: "ReduceOnly Order is rejected.",
    Code.MAX_OPEN_ORDER_EXCEEDED: "Reach max open order limit.",
    Code.MAX_LEVERAGE_RATIO: "Exceeded the maximum allowable position at current leverage.",
    Code.MIN_LEVERAGE_RATIO: "Leverage is smaller than permitted: insufficient margin balance.",
    Code.PRICE_LESS_THAN_ZERO: "Price less than 0.",
    Code.PRICE_GREATER_THAN_MAX_PRICE: "Price greater than max price.",
    Code.QTY_LESS_THAN_ZERO: "Quantity less than zero.",
    Code.QTY_LESS_THAN_MIN_QTY: "Quantity less than min quantity.",
    Code.QTY_GREATER_THAN_MAX_QTY: "Quantity greater than max quantity.",
    Code.STOP_PRICE_LESS_THAN_ZERO: "Stop price less than zero.",
    Code.STOP_PRICE_GREATER_THAN_MAX_PRICE: "Stop price greater than max price.",
    Code.PRICE_LESS_THAN_MIN_PRICE: "Price less than min price.",
    Code.PRICE_NOT_INCREASED_BY_TICK_SIZE: "Price not increased by tick size.",
    Code.INVALID_CL_ORD_ID_LEN: "Client order id is not valid.",
    Code.QTY_NOT_INCREASED_BY_STEP_SIZE: "Qty not increased by step size.",
    Code.INVALID_WORKING_TYPE: "Invalid parameter working type.",
    Code.EXCEED_MAX_CANCEL_ORDER_SIZE: "Exceed maximum cancel order size.",
    Code.MAX_STOP_ORDER_EXCEEDED: "Reach max stop order limit.",
    Code.NO_NEED_TO_CHANGE_MARGIN_TYPE: "No need to change margin type.",
    Code.THERE_EXISTS_OPEN_ORDERS: "Margin type cannot be changed if there exists open orders.",
    Code.THERE_EXISTS_QUANTITY: "Margin type cannot be changed if there exists position.",
    Code.ADD_ISOLATED_MARGIN_REJECT: "Add margin only support for isolated position.",
    Code.CROSS_BALANCE_INSUFFICIENT: "Cross balance insufficient.",
    Code.ISOLATED_BALANCE_INSUFFICIENT: "Isolated balance insufficient.",
    Code.ADD_ISOLATED_MARGIN_NO_POSITION_REJECT: "Cannot add position margin: position is 0.",
    Code.AMOUNT_MUST_BE_POSITIVE: "Amount must be positive.",
    Code.NO_NEED_TO_CHANGE_POSITION_SIDE: "No need to change position side.",
    Code.INVALID_POSITION_SIDE: "Invalid position side.",
    Code.POSITION_SIDE_NOT_MATCH: "Order's position side does not match user's setting.",
    Code.REDUCE_ONLY_CONFLICT: "Invalid or improper reduceOnly value.",
    Code.POSITION_SIDE_CHANGE_EXISTS_OPEN_ORDERS: "Position side cannot be changed if there exists open orders.",
    Code.POSITION_SIDE_CHANGE_EXISTS_QUANTITY: "Position side cannot be changed if there exists position.",
    Code.INVALID_CONTRACT_TYPE: "Invalid contract type.",
    Code.DUPLICATED_CLIENT_ORDER_ID: "ClientOrderId is duplicated.",
    Code.STOP_ORDER_SWITCH_ALGO: (
        "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead."
    ),
    Code.CLOSE_POSITION_EXISTS: (
        "An open stop or take profit order with GTE and closePosition in the direction is existing."
    ),
    Code.MARKET_ORDER_REJECT: "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
    Code.INVALID_ACTIVATION_PRICE: "Invalid activation price.",
    Code.QUANTITY_EXISTS_WITH_CLOSE_POSITION: "Quantity must be zero with closePosition equals true.",
    Code.SYMBOL_ALREADY_CLOSED: "Symbol is closed.",
    Code.INVALID_PAIR: "Invalid pair.",
    Code.ISOLATED_LEVERAGE_REJECT_WITH_POSITION: (
        "Leverage reduction is not supported in Isolated Margin Mode with open positions."
    ),
    Code.ISOLATED_REJECT_WITH_JOINT_MARGIN: (
        "Unable to adjust to Multi-Assets mode with symbols of USDⓈ-M Futures under isolated-margin mode."
    ),
    Code.JOINT_MARGIN_REJECT_WITH_ISOLATED: "Unable to adjust to isolated-margin mode under the Multi-Assets mode.",
    Code.JOINT_MARGIN_REJECT_WITH_OPEN_ORDER: "Unable to adjust Multi-Assets Mode with open orders in USDⓈ-M Futures.",
    Code.NO_NEED_TO_CHANGE_JOINT_MARGIN: (
        "Adjusted asset mode is currently set and does not need to be adjusted repeatedly."
    ),
    Code.FOK_ORDER_REJECT: "Due to the order could not be filled immediately, the FOK order has been rejected.",
    Code.GTX_ORDER_REJECT: "Due to the order could not be executed as maker, the Post Only order will be rejected.",
    Code.LIMIT_ORDER_ONLY: "Only limit order is supported.",
    Code.EXCEED_MAXIMUM_MODIFY_ORDER_LIMIT: "Exceed maximum modify order limit.",
    Code.SAME_ORDER: "No need to modify the order.",
    Code.INVALID_PRICE_MATCH: "Invalid price match.",
    Code.UNSUPPORTED_ORDER_TYPE_PRICE_MATCH: "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT.",
    Code.INVALID_SELF_TRADE_PREVENTION_MODE: "Invalid self trade prevention mode.",
    Code.FUTURE_GOOD_TILL_DATE: (
        "The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than "
        "253402300799000 (UTC 9999-12-31 23:59:59)"
    ),
    Code.BBO_ORDER_REJECT: "No depth matches this BBO order.",
    Code.NOT_A_REDUCE_ONLY_ORDER: "The original order is not a reduce-only order.",
}


def refused(code: Code) -> BinanceError:
    """Return the refusal with a code and its sentence: HTTP 400."""
    return BinanceError(code, _SENTENCES[code])


def mandatory(name: str) -> BinanceError:
    """Return the refusal of a parameter that is missing or nonsense; the venue names it in small letters."""
    return BinanceError(-1102, f"Mandatory parameter '{name.lower()}' was not sent, was empty/null, or malformed.")


def one_of(first: str, second: str) -> BinanceError:
    """Return the refusal of a request that names an order by neither of two parameters."""
    return BinanceError(-1102, f"Param '{first.lower()}' or '{second.lower()}' must be sent, but both were empty/null!")


def not_required(name: str) -> BinanceError:
    """Return the refusal of a parameter that this kind of order does not take."""
    return BinanceError(-1106, f"Parameter '{name.lower()}' sent when not required.")


def invalid_data(name: str) -> BinanceError:
    """Return the refusal of a value that means nothing."""
    return BinanceError(-1130, f"Data sent for parameter '{name}' is not valid.")


def notional_too_small(least: str) -> BinanceError:
    """Return the refusal of an order below MIN_NOTIONAL."""
    return BinanceError(-4164, f"Order's notional must be no smaller than {least} (unless you choose reduce only).")


def modified_notional_too_small(least: str) -> BinanceError:
    """Return the refusal of a modification that takes an order below MIN_NOTIONAL."""
    return BinanceError(-5029, f"Order's notional must be no smaller than {least}.")


def price_too_high(most: str) -> BinanceError:
    """Return the refusal of a buy above PERCENT_PRICE."""
    return BinanceError(-4016, f"Limit price can't be higher than {most}.")


def price_too_low(least: str) -> BinanceError:
    """Return the refusal of a sale below PERCENT_PRICE."""
    return BinanceError(-4024, f"Limit price can't be lower than {least}.")


def invalid_leverage(leverage: int) -> BinanceError:
    """Return the refusal of a leverage that the contract does not have."""
    return BinanceError(-4028, f"Leverage {leverage} is not valid")


def invalid_depth_limit(limit: int) -> BinanceError:
    """Return the refusal of a number of levels that the book is not shown with."""
    return BinanceError(-4021, f"{limit} is not valid depth limit.")


def invalid_batch_size(size: int) -> BinanceError:
    """Return the refusal of a batch of none or of more than five."""
    return BinanceError(-4082, f"Invalid number of batch place orders: {size}")


def invalid_strategy(order_type: str) -> BinanceError:
    """Return the refusal of `closePosition` for a type that cannot close all."""
    return BinanceError(-4136, f"Target strategy invalid for orderType '{order_type}',closePosition 'true'.")


def too_much_weight(limit: int, retry_after_seconds: int) -> BinanceError:
    """Return the refusal of an address above the request weight limit."""
    message = (
        f"Too many requests; current limit is {limit} requests per minute. "
        "Please use the websocket for live updates to avoid polling the API."
    )
    return BinanceError(-1003, message, status=429, retry_after_seconds=retry_after_seconds)


def banned(until_ms: int, retry_after_seconds: int) -> BinanceError:
    """Return the refusal of an address that is banned."""
    message = (
        f"Way too many requests; IP banned until {until_ms}. Please use the websocket for live updates to avoid bans."
    )
    return BinanceError(-1003, message, status=418, retry_after_seconds=retry_after_seconds)


def unknown_path(method: str, path: str) -> BinanceError:
    """Return the refusal of a path that the API does not have, or not for this HTTP method."""
    return BinanceError(-5000, f"Path {path}, Method {method} is invalid", status=404)


def unknown_method(method: str) -> BinanceError:
    """Return the WebSocket API's refusal of a method that it does not have; it names the version of every method."""
    versioned = method if method.startswith("v2/") else f"v1/{method}"
    return BinanceError(-5000, f"Method {versioned} is invalid", status=404)
