"""The generated references of `docs/reference`, drawn from the code."""
