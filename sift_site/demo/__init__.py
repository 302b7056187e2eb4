"""Synthetic data to look around in: made up here, from a seed, fitting together."""
