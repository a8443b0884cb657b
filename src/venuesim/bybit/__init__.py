"""A simulated Bybit: v5 REST API and WebSockets for spot in a unified account.

Rules come from Bybit's public v5 documentation (market, trade, account, error code, rate limit and WebSocket pages).
Where it is silent, the code says "assumption".
"""
