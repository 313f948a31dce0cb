"""Questionnaires and surveys in the forms of other programs."""
