"""A simulated Binance: spot REST API, market streams and WebSocket API.

Rules come from Binance's public documentation of the Spot API (rest-api, web-socket-api, web-socket-streams,
user-data-stream, errors and filters pages). Where it is silent, the code says "assumption".
"""
