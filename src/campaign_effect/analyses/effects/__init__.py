"""How an outcome is related to exposure: models, their errors, and what they say."""
