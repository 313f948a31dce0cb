"""What a questionnaire asks: scales, constructs, variables, roles; and their YAML file."""
