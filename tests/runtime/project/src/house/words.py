"""How the house speaks."""

GREETING = "good morning"
