"""Tests of the rules and the engines."""
