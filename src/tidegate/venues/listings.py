"""A venue's new listing beside the one before."""

from collections.abc import Iterable, Mapping

import msgspec

from tidegate.core.instruments import Instrument


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
