"""Applies a rule set to a case. It holds no medicine: every fact is in `clinical/data`."""
