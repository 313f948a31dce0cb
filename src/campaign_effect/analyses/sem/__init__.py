"""Factor and structural models: what the constructs measure, and how they are related."""

from campaign_effect.analyses.sem.alignment import align_groups
from campaign_effect.analyses.sem.alignment_rows import AlignmentResult
from campaign_effect.analyses.sem.confirm import confirm_factors, fit_sem
from campaign_effect.analyses.sem.cutoff_rows import CutoffResult
from campaign_effect.analyses.sem.cutoffs import simulate_cutoffs
from campaign_effect.analyses.sem.invariance import compare_invariance
from campaign_effect.analyses.sem.reported import (
    compare_reported_invariance,
    confirm_reported_factors,
)
from campaign_effect.analyses.sem.rows import (
    ConfirmatoryResult,
    InvarianceResult,
    StructuralResult,
)
from campaign_effect.analyses.sem.scores import score_factors
from campaign_effect.analyses.sem.summaries import Moments

__all__ = [
    "AlignmentResult",
    "ConfirmatoryResult",
    "CutoffResult",
    "InvarianceResult",
    "Moments",
    "StructuralResult",
    "align_groups",
    "compare_invariance",
    "compare_reported_invariance",
    "confirm_factors",
    "confirm_reported_factors",
    "fit_sem",
    "score_factors",
    "simulate_cutoffs",
]
