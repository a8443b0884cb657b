"""Counts what something is made of, to tell whether it grows."""

import gc
from collections import Counter

CODE = {"module", "function", "builtin_function_or_method", "code", "frame"}
"""What leads everywhere."""

WEAK = {"ReferenceType"}
"""What SQLite remembers its cursors by; it clears them away by the hundred."""


def parts_of(whole: object) -> Counter[str]:
    """Count the objects that can be reached from something, by type: also those that the collector does not track."""
    seen, waiting = {id(whole)}, [whole]
    counted: Counter[str] = Counter()
    while waiting:
        part = waiting.pop()
        counted[type(part).__name__] += 1
        for other in gc.get_referents(part):
            if id(other) not in seen and not isinstance(other, type) and type(other).__name__ not in CODE | WEAK:
                seen.add(id(other))
                waiting.append(other)
    return counted
