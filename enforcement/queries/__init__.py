"""Read-only lists for screens: each a fixed number of queries, whatever the number of rows."""
