"""lossbook beside the other libraries: how fast, how accurate, how much memory.

`python -m benchmarks` prints all three, `python -m benchmarks speed` one of them. Each figure
is a ratio to PyTorch, taken in the same run on the same numbers. It is a measurement and
never a test: another machine gives other figures.
"""
