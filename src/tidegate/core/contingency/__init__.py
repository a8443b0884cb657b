"""Stage 5: what one order's life means for others: protection, one cancels the other, rules of the user's own.

Nothing here remembers what it has done: each review compares what an order should have beside it with what it has, in
the state that a decision leaves. So it does not matter in which order things happened, or whether the process died in
between.
"""

from tidegate.core.contingency.reviews import review, reviews_after, woken

__all__ = ["review", "reviews_after", "woken"]
