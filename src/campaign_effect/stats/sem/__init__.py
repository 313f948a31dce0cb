"""Confirmatory factor and structural equation models.

One core that grows by estimators: a model's text (``syntax``) becomes a parameter table
(``table``), the table implies moments with an analytic Jacobian (``implied``), a discrepancy
compares them with the sample's (``discrepancy``), one optimiser makes it small, and everything
a report needs is a function of the solution.
"""
