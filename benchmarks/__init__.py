"""Figures, measured; nothing here is a test."""
