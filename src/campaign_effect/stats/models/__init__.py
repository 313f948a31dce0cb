"""Models of an outcome: fits, covariances, margins."""
