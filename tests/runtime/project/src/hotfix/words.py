"""How the house speaks since the hotfix."""

GREETING = "good evening"
