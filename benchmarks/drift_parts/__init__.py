"""The parts of the benchmark of drift: simulated traffic, measuring, peers."""
