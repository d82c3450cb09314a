"""Image references by Docker's grammar, normalized as the runner does it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.docker.credential_resolution import image_path
from components.docker.image_reference import ImageReference, parse

_DIGEST = "sha256:" + "d1" * 32
_ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ruby", ImageReference("docker.io", "ruby")),
        ("ruby:2.6", ImageReference("docker.io", "ruby", "2.6")),
        (f"ruby@{_DIGEST}", ImageReference("docker.io", "ruby", digest=_DIGEST)),
        (f"ruby:2.6.8@{_DIGEST}", ImageReference("docker.io", "ruby", "2.6.8", _DIGEST)),
        ("super/sql:experimental", ImageReference("docker.io", "super/sql", "experimental")),
        ("index.docker.io/library/ruby", ImageReference("docker.io", "library/ruby")),
        (f"{_ECR}/ci/python:3.13", ImageReference(_ECR, "ci/python", "3.13")),
        (
            "registry.example.com:5000/private/image:latest",
            ImageReference("registry.example.com:5000", "private/image", "latest"),
        ),
        ("localhost/x", ImageReference("localhost", "x")),
        ("localhost:5000/x", ImageReference("localhost:5000", "x")),
        ("Registry.Example.com/x:A", ImageReference("registry.example.com", "x", "A")),
        ("[2001:db8::1]:5000/x", ImageReference("[2001:db8::1]:5000", "x")),
        ("a__b/c---d/e.f_g", ImageReference("docker.io", "a__b/c---d/e.f_g")),
    ],
)
def test_a_reference_is_split_into_its_parts(text: str, expected: ImageReference) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "got an empty text"),
        (" ruby", "white space"),
        ("ruby:2.6 # why", "white space"),
        ("docker://ruby:2.6", "write it without docker://: ruby:2.6"),
        ("https://r.example.com/x", "write it without https://"),
        ("$CI_REGISTRY_IMAGE:1", "holds a variable"),
        ("Ruby:2.6", "write 'ruby'"),
        ("r.example.com/Team/app", "write 'team/app'"),
        ("ruby:", "has the tag ''"),
        ("ruby:-x", "has the tag '-x'"),
        ("ruby:" + "a" * 129, "has the tag"),
        ("ruby:1:2", "has the tag '1:2'"),
        ("ruby@", "has the digest ''"),
        ("ruby@sha256:abc", "64 lower-case hexadecimal digits"),
        ("ruby@md5:" + "a" * 32, "has the digest"),
        (f"ruby@{_DIGEST.upper()}", "has the digest"),
        (f"ruby@{_DIGEST}@{_DIGEST}", "has the digest"),
        ("r.example.com:port/x", "has the registry host 'r.example.com:port'"),
        ("r.example.com:/x", "has the registry host 'r.example.com:'"),
        ("r.example.com:0/x", "has the port 0"),
        ("r.example.com:65536/x", "has the port 65536"),
        ("-r.example.com/x", "has the registry host"),
        ("r.example.com/", "has the repository ''"),
        ("a//b", "has the repository 'a//b'"),
        ("a/-b", "has the repository"),
        ("a..b", "has the repository"),
        ("a___b", "has the repository"),
        ("a" * 64, "is an image id"),
        ("r.example.com/" + "x" * 250, "is too long"),
    ],
)
def test_an_invalid_reference_is_refused_with_its_place_and_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=r"^services\[0\]\.name: ") as caught:
        parse(text, "services[0].name")
    assert advice in str(caught.value)


_component = st.from_regex(r"[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,4})?", fullmatch=True)
_repository = st.lists(_component, min_size=1, max_size=4).map("/".join).filter(lambda path: len(path) != 64)
_host = st.from_regex(r"([a-z0-9]{1,6}\.[a-z]{2,4}|localhost)(:[1-9][0-9]{0,3})?", fullmatch=True)
_tag = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True) | st.just("")


@given(_host, _repository, _tag, st.sampled_from(["", _DIGEST]))
def test_a_written_reference_reads_back_the_same(host: str, repository: str, tag: str, digest: str) -> None:
    reference = ImageReference(host, repository, tag, digest)
    assert parse(str(reference)) == reference


@given(_host | st.none(), _repository, _tag)
def test_host_and_repository_are_what_the_runner_looks_for(host: str | None, repository: str, tag: str) -> None:
    text = "/".join(part for part in (host, repository) if part) + (f":{tag}" if tag else "")
    try:
        reference = parse(text)
    except ValueError:
        return
    assert image_path(text) == f"{reference.host}/{reference.repository}"
