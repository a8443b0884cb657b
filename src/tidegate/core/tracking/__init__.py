"""Stage 6: tie each report to its order, once.

Quantities move by executions alone; a venue's summary of an order only tells which executions are still missing.
"""
