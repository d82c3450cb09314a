from collections.abc import Callable
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.variables import LIMITS

PROJECT = "/projects/acme%2Fplatform%2Fapp/variables"
GROUP = "/groups/acme/variables"
TAKEN = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"


def test_python_gitlab_creates_reads_updates_and_deletes_on_both_levels(
    emulator: GitLab, connect: Callable[[str], python_gitlab.Gitlab]
) -> None:
    client = connect(emulator.create_token("owner", ["api"], group="acme"))
    for place in (client.projects.get("acme/platform/app"), client.groups.get("acme")):
        variable = place.variables.create({"key": "NAME", "value": "one"})
        assert variable.value == "one"
        variable.value = "two"
        variable.save()
        assert place.variables.get("NAME").value == "two"
        variable.delete()
        assert place.variables.list(get_all=True) == []


def test_the_record_has_gitlabs_fields_in_its_order(maintainer: Api) -> None:
    status, body = maintainer.decoded("POST", PROJECT, json={"key": "NAME", "value": ""})
    assert status == 201
    assert list(body.items()) == [
        ("variable_type", "env_var"),
        ("key", "NAME"),
        ("value", ""),
        ("hidden", False),
        ("protected", False),
        ("masked", False),
        ("raw", False),
        ("environment_scope", "*"),
        ("description", None),
    ]


@pytest.mark.parametrize("how", ["json", "fields", "query"])
def test_parameters_come_as_json_form_or_query(maintainer: Api, emulator: GitLab, how: str) -> None:
    if how == "query":
        answer = maintainer("POST", f"{PROJECT}?key=NAME&value=a%26b&raw=true")
    else:
        content: dict[str, Any] = {how: {"key": "NAME", "value": "a&b", "raw": "true"}}
        answer = maintainer("POST", PROJECT, **content)
    assert answer.status == 201
    stored = emulator.variable("project", "acme/platform/app", "NAME")
    assert stored
    assert (stored["value"], stored["raw"]) == ("a&b", True)


def test_a_urlencoded_form_is_read_too(maintainer: Api, emulator: GitLab) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert maintainer("POST", PROJECT, body=b"key=A&value=%7B%22auths%22%3A%7B%7D%7D", headers=kind).status == 201
    stored = emulator.variable("project", "acme/platform/app", "A")
    assert stored
    assert stored["value"] == '{"auths":{}}'


@pytest.mark.parametrize(
    ("sent", "status", "body"),
    [
        ({}, 400, {"error": "key is missing, value is missing"}),
        ({"key": "A"}, 400, {"error": "value is missing"}),
        ({"key": "A", "value": "x", "masked": "maybe"}, 400, {"error": "masked is invalid"}),
        ({"key": "A", "value": "x", "raw": {}}, 400, {"error": "raw is invalid"}),
        ({"key": "A", "value": {"auths": {}}}, 400, {"error": "value is invalid"}),
        (
            {"key": "A", "value": "x", "variable_type": "secret"},
            400,
            {"error": "variable_type does not have a valid value"},
        ),
        (
            {"key": "A-B", "value": "x"},
            400,
            {"message": {"key": ["can contain only letters, digits and '_'."]}},
        ),
        (
            {"key": " ", "value": "x"},
            400,
            {"message": {"key": ["can't be blank", "can contain only letters, digits and '_'."]}},
        ),
        (
            {"key": "A" * 256, "value": "x"},
            400,
            {"message": {"key": ["is too long (maximum is 255 characters)"]}},
        ),
        (
            {"key": "A", "value": "x", "description": "d" * 256},
            400,
            {"message": {"description": ["is too long (maximum is 255 characters)"]}},
        ),
        ({"key": "A", "value": "short", "masked": True}, 400, {"message": {"value": ["is invalid"]}}),
        ({"key": "TAKEN", "value": "x"}, 400, {"message": {"key": ["(TAKEN) has already been taken"]}}),
    ],
)
def test_an_invalid_variable_is_refused_with_gitlabs_message(
    maintainer: Api, sent: dict[str, object], status: int, body: object
) -> None:
    maintainer("POST", PROJECT, json={"key": "TAKEN", "value": "x"})
    assert maintainer.decoded("POST", PROJECT, json=sent) == (status, body)


def test_a_body_that_is_not_json_as_declared_is_refused(maintainer: Api) -> None:
    kind = {"Content-Type": "application/json"}
    assert maintainer.decoded("POST", PROJECT, body=b"key=A&value=x", headers=kind) == (
        400,
        {"error": "message body does not match declared format"},
    )


def test_blanks_around_a_key_are_stripped(maintainer: Api, emulator: GitLab) -> None:
    assert maintainer("POST", PROJECT, json={"key": " NAME ", "value": "x"}).status == 201
    assert emulator.variable("project", "acme/platform/app", "NAME")


@pytest.mark.parametrize(
    ("value", "raw", "accepted"),
    [
        ("x" * 8, False, True),
        ("x" * 7, False, False),
        ("x" * 7, True, False),
        ("a@b:c.d~e-f_g+h=i/", False, True),
        ("has space", False, False),
        ("has space", True, False),
        ("two\nlines", True, False),
        ("trailing8\n", True, False),
        ("dollar$1", False, False),
        ("dollar$1", True, True),
        ('{"auths":{}}', False, False),
        ('{"auths":{}}', True, True),
        ('{"auths": {}}', True, False),
    ],
)
def test_only_a_maskable_value_can_be_masked(maintainer: Api, value: str, raw: bool, accepted: bool) -> None:
    status, body = maintainer.decoded("POST", PROJECT, json={"key": "A", "value": value, "masked": True, "raw": raw})
    assert (status == 201) is accepted
    if not accepted:
        assert body == {"message": {"value": ["is invalid"]}}


def test_update_keeps_what_was_not_sent_and_checks_against_it(maintainer: Api, emulator: GitLab) -> None:
    flags = {"masked": True, "raw": True, "protected": True, "variable_type": "file", "description": "kept"}
    maintainer("POST", PROJECT, json={"key": "A", "value": "x" * 8, **flags})
    assert maintainer.decoded("PUT", f"{PROJECT}/A", json={"value": "short"}) == (
        400,
        {"message": {"value": ["is invalid"]}},
    )
    before = emulator.variable("project", "acme/platform/app", "A")
    status, body = maintainer.decoded("PUT", f"{PROJECT}/A", json={"value": "y" * 8, "key": "B", "description": None})
    assert (status, body["key"], body["value"], body["description"]) == (200, "A", "y" * 8, None)
    assert before == {**body, "value": "x" * 8, "description": "kept"}


def test_hidden_values_are_never_shown(maintainer: Api, emulator: GitLab) -> None:
    status, body = maintainer.decoded("POST", PROJECT, json={"key": "A", "value": "x" * 8, "masked_and_hidden": True})
    assert (status, body["value"], body["masked"], body["hidden"]) == (201, None, True, True)
    assert maintainer.decoded("GET", f"{PROJECT}/A")[1]["value"] is None
    assert maintainer.decoded("GET", PROJECT)[1][0]["value"] is None
    assert maintainer.decoded("PUT", f"{PROJECT}/A", json={"value": "y" * 8, "masked": True})[1]["value"] is None
    stored = emulator.variable("project", "acme/platform/app", "A")
    assert stored
    assert stored["value"] == "y" * 8


def test_hidden_can_only_be_set_at_creation_and_never_be_removed(maintainer: Api, emulator: GitLab) -> None:
    maintainer("POST", PROJECT, json={"key": "HIDDEN", "value": "x" * 8, "masked_and_hidden": True})
    assert maintainer.decoded("PUT", f"{PROJECT}/HIDDEN", json={"masked": False}) == (
        400,
        {"message": {"base": ["The visibility setting cannot be changed for masked and hidden variables."]}},
    )
    maintainer("POST", PROJECT, json={"key": "OPEN", "value": "x" * 8})
    status, body = maintainer.decoded("PUT", f"{PROJECT}/OPEN", json={"masked_and_hidden": True})
    assert (status, body["hidden"], body["masked"]) == (200, False, False)
    assert emulator.variable("project", "acme/platform/app", "OPEN")


def test_each_environment_scope_is_a_separate_variable(maintainer: Api, emulator: GitLab) -> None:
    for scope in ("*", "production"):
        row = {"key": "A", "value": scope, "environment_scope": scope}
        assert maintainer("POST", PROJECT, json=row).status == 201
    assert maintainer.decoded("GET", f"{PROJECT}/A") == (409, {"message": TAKEN})
    assert maintainer.decoded("PUT", f"{PROJECT}/A", json={"value": "new"}) == (409, {"message": TAKEN})
    assert maintainer.decoded("DELETE", f"{PROJECT}/A") == (409, {"message": TAKEN})
    query = "?filter%5Benvironment_scope%5D=production"
    assert maintainer.decoded("GET", f"{PROJECT}/A{query}")[1]["value"] == "production"
    by_body = {"value": "changed", "filter": {"environment_scope": "production"}}
    assert maintainer.decoded("PUT", f"{PROJECT}/A", json=by_body)[1]["value"] == "changed"
    stored = emulator.variable("project", "acme/platform/app", "A")
    assert stored
    assert stored["value"] == "*"
    assert maintainer("DELETE", f"{PROJECT}/A{query}").status == 204
    assert maintainer.decoded("GET", f"{PROJECT}/A")[1]["environment_scope"] == "*"


def test_a_filter_selects_and_a_scope_in_the_body_changes(maintainer: Api) -> None:
    for scope in ("*", "staging"):
        maintainer("POST", PROJECT, json={"key": "A", "value": "x", "environment_scope": scope})
    query = "?filter[environment_scope]=staging"
    changed = maintainer.decoded("PUT", f"{PROJECT}/A{query}", json={"environment_scope": "review/*"})
    assert (changed[0], changed[1]["environment_scope"]) == (200, "review/*")
    assert maintainer.decoded(
        "PUT", f"{PROJECT}/A", json={"environment_scope": "*", "filter": {"environment_scope": "review/*"}}
    ) == (400, {"message": {"key": ["(A) has already been taken"]}})


def test_a_filter_that_is_not_a_mapping_is_refused(maintainer: Api) -> None:
    assert maintainer.decoded("GET", f"{PROJECT}/A?filter=production") == (400, {"error": "filter is invalid"})


def test_a_filter_matches_exactly_and_never_by_wildcard(maintainer: Api) -> None:
    maintainer("POST", PROJECT, json={"key": "A", "value": "x", "environment_scope": "review/*"})
    for scope in ("review/1", "*"):
        query = f"?filter%5Benvironment_scope%5D={scope}"
        assert maintainer.decoded("GET", f"{PROJECT}/A{query}") == (404, {"message": "404 Variable Not Found"})


@pytest.mark.parametrize(
    ("place", "text"), [(PROJECT, "404 Variable Not Found"), (GROUP, "404 GroupVariable Not Found")]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_absent_variable_is_404(owner: Api, place: str, text: str, method: str) -> None:
    assert owner.decoded(method, f"{place}/NONE") == (404, {"message": text})


def test_group_update_without_filter_takes_the_first_row(owner: Api, emulator: GitLab) -> None:
    for scope in ("production", "*"):
        owner("POST", GROUP, json={"key": "A", "value": "old", "environment_scope": scope})
    assert owner.decoded("GET", f"{GROUP}/A") == (409, {"message": TAKEN})
    assert owner.decoded("PUT", f"{GROUP}/A", json={"value": "new"})[1]["environment_scope"] == "production"
    filtered = {"value": "newer", "filter": {"environment_scope": "*"}}
    assert owner.decoded("PUT", f"{GROUP}/A", json=filtered)[1]["environment_scope"] == "*"
    stored = emulator.variable("group", "acme", "A", "production")
    assert stored
    assert stored["value"] == "new"


def test_group_flags_are_cast_by_the_database(owner: Api) -> None:
    status, body = owner.decoded("POST", GROUP, json={"key": "A", "value": "x" * 8, "masked": "maybe", "raw": False})
    assert (status, body["masked"], body["raw"]) == (201, True, False)


def test_without_premium_group_variables_have_no_scope() -> None:
    with GitLab.start(premium=False) as free:
        free.create_group("acme")
        with Api(free.url, free.create_token("owner", ["api"], group="acme")) as owner:
            row = {"key": "A", "value": "x", "environment_scope": "production"}
            assert owner.decoded("POST", GROUP, json=row)[1]["environment_scope"] == "*"


def test_a_scope_with_other_characters_is_refused(maintainer: Api) -> None:
    status, body = maintainer.decoded("POST", PROJECT, json={"key": "A", "value": "x", "environment_scope": "a:b"})
    assert status == 400
    assert "environment_scope" in body["message"]


@pytest.mark.parametrize(("kind", "place"), [("project", PROJECT), ("group", GROUP)])
def test_an_owner_can_have_a_limited_number_of_variables(
    owner: Api, monkeypatch: pytest.MonkeyPatch, kind: str, place: str
) -> None:
    assert LIMITS == {"project": 8000, "group": 30_000, "instance": 25}
    monkeypatch.setitem(LIMITS, kind, 1)
    owner("POST", place, json={"key": "A", "value": "x"})
    assert owner.decoded("POST", place, json={"key": "B", "value": "x"}) == (
        400,
        {"message": {"base": [f"Maximum number of {kind} ci variables (1) exceeded"]}},
    )
