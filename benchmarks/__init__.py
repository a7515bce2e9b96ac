"""Speed against floors: `python -m benchmarks` runs what is here and prints each figure beside its goal."""
