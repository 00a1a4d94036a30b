"""How the embedded verifier was made: the questions that it learned from, and the training."""
