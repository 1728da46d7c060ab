"""How well three pitfalls of the data family find what they promise, measured on labelled data of our own.

``python -m benchmarks.accuracy`` generates datasets with known defects, judges them with ``tunespec check`` and counts.
Nothing is downloaded; a seed always gives the same files.
"""
