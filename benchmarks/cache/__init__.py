"""What the sub-commands of :mod:`benchmarks.semantic_cache` measure, a file each."""
