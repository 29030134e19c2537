"""
Work on untrusted bytes in processes of their own, with limits and without a network.

`pool` is what the rest of the house uses; `worker` is the program that each process runs.
"""
