"""Measures the public site beside bare routes."""
