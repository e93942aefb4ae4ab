"""Which account may be which customer's, by names alone, for a person to judge."""
