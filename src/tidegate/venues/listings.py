"""A venue's new listing beside the one before."""

from collections.abc import Iterable, Mapping

import msgspec

from tidegate.core.instruments import Instrument, Tiers


def merged(known: Mapping[str, Instrument], listed: Iterable[Instrument]) -> list[Instrument]:
    """The new listing, after what it lacks of the one before: that is kept for what is still held, but does not trade.

    What has not changed is the very object of before, so that nobody has to compare it field by field again.
    """
    new = {rules.symbol: rules for rules in listed}
    gone = [
        msgspec.structs.replace(rules, trading=False) if rules.trading else rules
        for symbol, rules in known.items()
        if symbol not in new
    ]
    return [*gone, *(before if (before := known.get(rules.symbol)) == rules else rules for rules in new.values())]


def tiered(
    listed: Iterable[Instrument], tiers: Mapping[str, Tiers], known: Mapping[str, Instrument]
) -> list[Instrument]:
    """A listing with the leverage tiers that were told apart from it: the newest, or those of before."""
    found = []
    for rules in listed:
        before = known.get(rules.symbol)
        told = tiers.get(rules.symbol) or (() if before is None else before.leverage_tiers)
        is_news = told and told != rules.leverage_tiers
        found.append(msgspec.structs.replace(rules, leverage_tiers=told) if is_news else rules)
    return found
