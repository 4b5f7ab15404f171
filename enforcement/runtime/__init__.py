"""What runs the product on one machine: the embedded server, roles, keys, assets and child processes."""
