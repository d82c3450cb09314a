import pytest

from components.names.locations import place


def test_places_lead_to_the_field() -> None:
    with pytest.raises(ValueError, match=r"^audiences\.a\.pull: got"), place("audiences"), place("a"):
        raise ValueError("pull: got nothing")


def test_other_errors_pass_as_they_are() -> None:
    with pytest.raises(KeyError, match="pull"), place("audiences"):
        raise KeyError("pull")
