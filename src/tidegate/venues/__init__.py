"""The desk's side of the venues: sessions that perform calls through ccxt and report exactly what happened.

No policy lives here: what to do about an unknown outcome, and when to retry, is the engine's.
"""
