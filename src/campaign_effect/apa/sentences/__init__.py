"""Results to sentences: what was found, in words that claim no more than a survey can show."""

from campaign_effect.apa.sentences import effects, imputations, measurement
from campaign_effect.apa.sentences.generic import sentences

__all__ = ["effects", "imputations", "measurement", "sentences"]
