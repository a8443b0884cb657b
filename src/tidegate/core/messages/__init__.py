"""What goes into the engine (commands, reports) and what comes out (events, effects): plain data, no behaviour.

Every message could cross a network: that is what later lets gateway, engine and venue sessions live apart. None can be
part of a cycle, so that the garbage collector need not look at them (`gc=False`).
"""
