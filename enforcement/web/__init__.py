"""The officers' pages and the JSON API: one act, one address, the same refusals on both."""
