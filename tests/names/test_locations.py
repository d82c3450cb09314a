import pytest

from components.names.locations import errors_under


def test_keys_lead_to_the_field() -> None:
    with pytest.raises(ValueError, match=r"^audiences\.a\.pull: got"), errors_under("audiences"), errors_under("a"):
        raise ValueError("pull: got nothing")


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError, match="pull"), errors_under("audiences"):
        raise KeyError("pull")
