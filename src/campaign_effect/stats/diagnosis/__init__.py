"""How well a model fits, and whether its form holds."""
