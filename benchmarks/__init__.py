"""What is measured, against what, and how to run it: see README.md beside this file."""
