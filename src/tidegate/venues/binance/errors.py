"""What Binance's error codes prove ("Error codes" of the Spot API, "Error Code" of USDⓈ-M Futures).

The two APIs give some codes different meanings, so each has its table. Codes that are not here prove nothing.
"""

from collections.abc import Iterable, Iterator

from tidegate.core.vocabulary import RejectReason
from tidegate.venues.outcomes import ErrorTable, Rule, Verdict

UNKNOWN, REFUSED, LATER, ABSENT = Verdict.UNKNOWN, Verdict.REFUSED, Verdict.REFUSED_FOR_NOW, Verdict.ABSENT

OUTSIDE_RULES = RejectReason.OUTSIDE_VENUE_RULES
NO_MATCH = RejectReason.IMMEDIATE_MATCH_REFUSED
NO_FUNDS = RejectReason.INSUFFICIENT_FUNDS
NOT_ALLOWED = RejectReason.PERMISSION_DENIED
NOT_TRADABLE = RejectReason.INSTRUMENT_NOT_TRADABLE
TOO_MANY = RejectReason.ORDER_LIMIT_REACHED
NOTHING_TO_REDUCE = RejectReason.POSITION_CLOSED
INVALID = RejectReason.INVALID_PARAMETERS


def _each(codes: Iterable[int], verdict: Verdict, reason: RejectReason) -> Iterator[Rule]:
    """The same row for several codes, without their minus signs."""
    return (Rule(f"-{code}", verdict, reason) for code in codes)


_COMMON = [
    Rule("-1002", REFUSED, RejectReason.AUTHENTICATION_FAILED),
    Rule("-1003", LATER, RejectReason.RATE_LIMITED),
    Rule("-1006", UNKNOWN, RejectReason.VENUE_ERROR),
    Rule("-1007", UNKNOWN, RejectReason.VENUE_OVERLOADED),
    Rule("-1008", LATER, RejectReason.VENUE_OVERLOADED, even_if_server_failed=True),
    Rule("-1014", REFUSED, INVALID),
    Rule("-1015", LATER, RejectReason.RATE_LIMITED),
    Rule("-1016", REFUSED, RejectReason.VENUE_ERROR),
    Rule("-1020", REFUSED, INVALID),
    Rule("-1021", LATER, RejectReason.CLOCK_SKEW),
    Rule("-1022", REFUSED, RejectReason.AUTHENTICATION_FAILED),
    Rule("-1111", REFUSED, OUTSIDE_RULES),
    Rule("-1121", REFUSED, NOT_TRADABLE),
    Rule("-2011", ABSENT, RejectReason.UNKNOWN_ORDER),
    Rule("-2013", ABSENT, RejectReason.UNKNOWN_ORDER),
    Rule("-2014", REFUSED, RejectReason.AUTHENTICATION_FAILED),
    Rule("-2015", REFUSED, RejectReason.AUTHENTICATION_FAILED),
]

SPOT_ERRORS = ErrorTable(
    [
        *_COMMON,
        Rule("-1000", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1001", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1013", REFUSED, TOO_MANY, "MAX_NUM"),
        Rule("-1013", REFUSED, TOO_MANY, "MAX_POSITION"),
        Rule("-1013", REFUSED, OUTSIDE_RULES),
        *_each((*range(1099, 1109), 1110, *range(1112, 1121), *range(1122, 1140)), REFUSED, INVALID),
        Rule("-2010", REFUSED, NO_FUNDS, "insufficient balance"),
        # An open order has this id already: an earlier send of ours landed.
        Rule("-2010", UNKNOWN, RejectReason.DUPLICATE_ORDER_ID, "Duplicate order sent"),
        Rule("-2010", REFUSED, NO_MATCH, "would immediately match"),
        Rule("-2010", REFUSED, NO_MATCH, "would trigger immediately"),
        Rule("-2010", REFUSED, NOT_TRADABLE, "Market is closed"),
        Rule("-2010", REFUSED, NOT_ALLOWED, "disabled on this account"),
        Rule("-2010", REFUSED, NOT_ALLOWED, "may not place"),
        Rule("-2010", REFUSED, RejectReason.VENUE_ERROR),
        # Archived: canceled or expired without a fill over 90 days ago. It did exist, so it is not absent.
        Rule("-2026", UNKNOWN, RejectReason.UNKNOWN_ORDER),
    ]
)

# The wording of a 503 that says that the request failed; the other one says that nobody knows ("HTTP Return Codes").
_UNAVAILABLE = "Service Unavailable."

LINEAR_ERRORS = ErrorTable(
    [
        *_COMMON,
        *(
            Rule(code, LATER, RejectReason.VENUE_OVERLOADED, _UNAVAILABLE, even_if_server_failed=True)
            for code in ("-1000", "-1001")
        ),
        Rule("-1000", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1001", UNKNOWN, RejectReason.VENUE_ERROR),
        Rule("-1011", REFUSED, NOT_ALLOWED),  # The address may not use this route.
        Rule("-1013", REFUSED, INVALID),
        Rule("-1023", REFUSED, INVALID),
        Rule("-1109", REFUSED, NOT_ALLOWED),  # No such account.
        Rule("-1122", REFUSED, NOT_TRADABLE),
        *_each((*range(1099, 1109), 1110, *range(1112, 1121), *range(1123, 1140)), REFUSED, INVALID),
        Rule("-2010", REFUSED, RejectReason.VENUE_ERROR),
        Rule("-2016", REFUSED, NOT_TRADABLE),
        Rule("-2017", REFUSED, RejectReason.AUTHENTICATION_FAILED),
        *_each((2018, 2019, 2028), REFUSED, NO_FUNDS),
        Rule("-2020", REFUSED, RejectReason.EXPIRED_AT_VENUE),  # It could not be filled.
        Rule("-2021", REFUSED, NO_MATCH),  # It would be set off at once.
        *_each((2022, 2024, 4118), REFUSED, NOTHING_TO_REDUCE),
        Rule("-2023", REFUSED, NOT_ALLOWED),  # The account is being liquidated.
        *_each((2025, 4045), REFUSED, TOO_MANY),
        Rule("-2026", REFUSED, INVALID),
        Rule("-2027", REFUSED, OUTSIDE_RULES),  # The position would be too large for the leverage.
        # Prices, quantities and trigger prices off the market's filters; leverages that it does not have.
        *_each((*range(4001, 4015), 4016, 4023, 4024, 4028, *range(4029, 4031), 4131), REFUSED, OUTSIDE_RULES),
        *_each((4164, 4183, 4184, 4210, 4211, 5029), REFUSED, OUTSIDE_RULES),
        *_each((4047, 4048, 4161, 4168), REFUSED, OUTSIDE_RULES),  # The setting cannot change as things stand.
        *_each((4205, 4206, 4208, 4209, 4300), REFUSED, NOT_ALLOWED),  # The leverage is out of this account's reach.
        *_each((4015, 4031, 4046, 4060, 4061, 4062, 4069, 4120, 4130, 4135, 4137, 4138), REFUSED, INVALID),
        *_each((4087, 4088, 4109, 4192, 4202, 4203, 4400, 4401, 4402, 4403), REFUSED, NOT_ALLOWED),
        *_each((4104, 4140, 4141, 4144, 5024), REFUSED, NOT_TRADABLE),
        # An open order has this id already: an earlier send of ours landed.
        Rule("-4116", UNKNOWN, RejectReason.DUPLICATE_ORDER_ID),
        Rule("-4117", UNKNOWN, RejectReason.VENUE_ERROR),  # It is being set off this moment: ask what came of it.
        Rule("-4142", REFUSED, NO_MATCH),
        Rule("-5021", REFUSED, RejectReason.EXPIRED_AT_VENUE),  # Fill or kill, killed.
        Rule("-5022", REFUSED, NO_MATCH),
        *_each((5025, 5026, 5027), REFUSED, OUTSIDE_RULES),
        Rule("-5028", LATER, RejectReason.CLOCK_SKEW),
        *_each((5037, 5038, 5039, 5040, 5041, 5047), REFUSED, INVALID),
    ]
)
