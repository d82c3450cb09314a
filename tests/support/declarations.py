"""Declarations of repositories and of who pulls them, drawn at random."""

from hypothesis import strategies as st

REPOSITORIES = st.lists(st.from_regex(r"[abc]{1,2}(/[abc]{1,2}){0,2}", fullmatch=True), min_size=1, max_size=8).map(
    lambda names: sorted({name for name in names if len(name) > 1}) or ["aa"]
)


@st.composite
def declarations(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """The repositories of a registry, and what one audience is declared to pull: names, or patterns."""
    repositories = draw(REPOSITORIES)
    patterns = st.sampled_from(repositories) | st.sampled_from(repositories).map(lambda name: f"{name[0]}*")
    return repositories, draw(st.lists(patterns, min_size=1, max_size=4))
