"""The tables, one file per subject; they decide nothing."""
