"""Frontdoor: assessment of people for customer-facing roles."""
