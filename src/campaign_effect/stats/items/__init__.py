"""Scales and their items: reliability, factors, scores."""
