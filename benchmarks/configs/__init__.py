"""How well the training family judges configurations and logs: the frameworks' own examples, and a labelled set.

``python -m benchmarks.configs`` judges both with ``tunespec check`` and counts. The logs of the labelled set come from
real training runs of tiny models (``make_logs.py``); its configurations are written by hand (``labelled/``).
"""
