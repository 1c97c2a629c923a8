"""The names of people as documents print them."""

from django.contrib.auth.models import AbstractBaseUser


def named(user: AbstractBaseUser | None) -> str:
    """Return the name of a user as documents print it; empty where there is nobody."""
    full = getattr(user, "get_full_name", str)()
    return "" if user is None else full or user.get_username()
