"""The law of administrative enforcement, pure: facts in, answers out; nothing but the standard library is imported."""
