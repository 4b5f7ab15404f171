"""Recordings: taking in, storing, probing. A leaf: imports neither enforcement nor publish."""
