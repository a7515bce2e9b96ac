"""The pure core: what a loyalty program means, as values and functions without I/O."""
