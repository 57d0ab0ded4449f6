"""What a release is: its folder, its hash, its descriptions, what changed since the one before."""
