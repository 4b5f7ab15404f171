"""What changes without a programmer: settings from the environment, the law as data."""
