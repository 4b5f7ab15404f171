"""Passwords: what an account without one costs, and what a command pays before it needs any."""

import subprocess
import sys

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError

from config.settings import ROOT
from enforcement import passwords


def test_an_account_without_a_password_matches_nothing_at_the_price_of_one_that_has_one() -> None:
    nobody = passwords._NOBODY
    assert extract_parameters(nobody) == extract_parameters(passwords.hash_password("Mingjian-2026"))
    with pytest.raises(VerifyMismatchError):  # computed to the end, not refused as no hash at all
        PasswordHasher().verify(nobody, "")
    assert not passwords.password_matches("", "")
    assert not passwords.password_matches("", "Mingjian-2026")


def test_a_command_hashes_nothing_and_reads_no_dictionary_before_it_needs_them() -> None:
    code = """
import argon2, sys
def refuse(*_):
    raise AssertionError("a password was hashed")
argon2.PasswordHasher.hash = refuse
import enforcement.cli, enforcement.web.app
print("rjieba" in sys.modules, "opencc" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]
