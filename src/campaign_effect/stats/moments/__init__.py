"""Sufficient statistics: means, covariances, contingency tables, polychorics."""
