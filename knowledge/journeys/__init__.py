"""Customer journeys: what logs of contacts tell of the touchpoints where people get hurt."""
