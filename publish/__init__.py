"""Publications and the public site. A leaf: imports neither enforcement nor media."""
