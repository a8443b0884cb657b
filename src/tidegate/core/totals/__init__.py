"""Running totals for the risk checks: what a check would otherwise have to count over all orders and positions.

Only `apply` changes them (through `risk_totals`), and they can be counted anew from the desk at any time (`recount`).
They hold nothing that no limit in force needs.
"""
