"""Which items go together, without a schema saying so."""

from campaign_effect.analyses.factors.explore import explore_factors
from campaign_effect.analyses.factors.rows import FactorResult, FactorSolution

__all__ = ["FactorResult", "FactorSolution", "explore_factors"]
