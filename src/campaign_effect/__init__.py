"""From a raw questionnaire to a defensible answer about campaign exposure and vote choice."""
