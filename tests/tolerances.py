"""How far two right answers may lie apart, by the reason why they do.

A test takes the first of these whose reason is its own; where none is (a paper's decimals, the
error of a simulation, another program's search), the test names its own and says why.
"""

NOTHING = 1e-70
"""A power of the smallest number there is, which stands for 0."""

LAST_DIGIT = 1e-15
"""One operation or a few of float64, each rounded once."""

FEW_STEPS = 1e-14
"""Some tens of operations, in another order."""

ROUNDING = 1e-12
"""The same sums over many rows, in another order."""

SOLVED = 1e-10
"""A linear system, a factor or an inverse of a matrix on the way."""

SOLVED_TWICE = 1e-9
"""The same again of what was solved, or of columns that lie close to each other."""

SEARCHED = 1e-8
"""Two searches, each ending where the gradient is zero to rounding."""

STOPPED = 1e-7
"""What rests on searches that stop while their steps are small, not zero: other programs',
and covariances at the end of ours."""

DIFFERENCED = 1e-6
"""Derivatives by differences, or tails and quantiles by another series."""
