"""The USDⓈ-M futures API: its operations, streams and listing.

Rules come from Binance's public documentation of "Derivatives Trading, USDⓈ-M Futures" (REST API, WebSocket API,
WebSocket market streams, user data streams, common definition and error code pages). Where it is silent, the code says
"assumption".
"""
