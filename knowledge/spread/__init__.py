"""How it spreads: volume, velocity and virality of what is said."""
