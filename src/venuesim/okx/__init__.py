"""A simulated OKX: v5 REST API and WebSockets for spot in spot mode (cash).

Rules come from OKX's public v5 documentation (trading account, order book trading, public data, overview and error code
pages). Where it is silent, the code says "assumption".
"""
