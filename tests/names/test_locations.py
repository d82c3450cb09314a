import pytest

from components.names.locations import errors_under


def test_an_error_gets_the_keys_that_lead_to_its_field() -> None:
    with pytest.raises(ValueError, match=r"^audiences\.a\.pull: got"), errors_under("audiences"), errors_under("a"):
        raise ValueError("pull: got nothing")


def test_other_errors_are_not_changed() -> None:
    with pytest.raises(KeyError, match="pull"), errors_under("audiences"):
        raise KeyError("pull")
