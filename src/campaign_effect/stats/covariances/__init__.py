"""Covariances of coefficients, and tests that hold with few clusters."""
