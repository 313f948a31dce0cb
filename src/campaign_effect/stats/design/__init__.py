"""How a sample was drawn and what it misses: weights, strata, replicates, imputation."""
