"""Whether what a store holds can be true. Shares no code and no table with the engine.

Read `verdict.py` first: what is checked. `legs.py` is the flow language once more, in so far as the load uses it: what
a definition calls for when something comes. `state.py` folds records, `flow.py` reads definitions, `packing.py` is
MessagePack.
"""
