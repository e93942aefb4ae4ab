"""Measures: what recovery, answers, tone and channels did, each figure with its interval."""
