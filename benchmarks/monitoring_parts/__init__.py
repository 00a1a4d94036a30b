"""Parts of `benchmarks.monitoring`."""
