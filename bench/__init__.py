"""Side-by-side measurements: our work and the peers' in one run, medians and ratios."""
