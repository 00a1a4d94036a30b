"""Ninety days of a fitness coach that never was: traffic with a season, releases, a bad week and a slow drift."""
