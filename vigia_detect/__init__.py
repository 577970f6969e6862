"""Vigia: a durable, explainable pipeline for pressure-injury cases."""

__version__ = "0.1.0"
