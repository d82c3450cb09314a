"""One correction of the emulator: repositories of another account.

On AWS a request to ECR names the registry that it is about by `registryId`, and across accounts both sides have to
allow: the caller's own policies, and the repository's policy in its account. ministack 1.5.33 ignores `registryId`.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import ecr


def find_other_accounts() -> None:
    """Make the emulator in this process find and judge the registry that a request names."""
    _name_the_repository()
    _find_the_policy()
    _say_which_side_denies()
    _answer_for_the_registry()


def _name_the_repository() -> None:
    resolve = iam_actions.extract_resource_arn

    def resolved(service: str, *arguments: Any, **named: Any) -> str:
        found = str(resolve(service, *arguments, **named))
        if service != "ecr" or not found.startswith("arn:"):
            return found
        body = arguments[3] if len(arguments) > 3 else named["body"]  # noqa: PLR2004 - its fourth
        own = arguments[6] if len(arguments) > 6 else named["account_id"]  # noqa: PLR2004 - its seventh
        return found.replace(f":{own}:", f":{_registry_of(body, own)}:", 1)

    iam_actions.extract_resource_arn = resolved


def _find_the_policy() -> None:
    def policy_of(resource_arn: str) -> tuple[str, str] | None:
        _, _, _, region, account, resource = resource_arn.split(":", 5)
        name = resource.removeprefix("repository/")
        if ecr._repositories.get_scoped(account, region, name) is None:  # noqa: SLF001 - another account's are nowhere else
            return None
        return ecr._repo_policies.get_scoped(account, region, name) or "", account  # noqa: SLF001 - as above

    ecr.repository_policy_for_arn = policy_of


def _say_which_side_denies() -> None:
    """The message says which permission is missing: the caller's own account's, or the repository policy's."""
    combine, respond = iam_evaluator.combine_resource_policy, iam_actions.access_denied_response

    def combined(identity: Any, context: Any, *arguments: Any, **named: Any) -> Any:
        result = combine(identity, context, *arguments, **named)
        if identity.decision == "Allow" and result.decision == "ImplicitDeny":
            result.resource_policy_arn = context.resource_arn
        return result

    def responded(service: str, action: str, principal_arn: str, request_id: str, **named: Any) -> Any:
        if service == "ecr" and named.get("resource_policy_arn") and not named.get("explicit_deny"):
            named["message"] = (
                f"User: {principal_arn} is not authorized to perform: {action} on resource: "
                f"{named['resource_policy_arn']} because no resource-based policy allows the {action} action"
            )
        return respond(service, action, principal_arn, request_id, **named)

    iam_evaluator.combine_resource_policy = combined
    iam_actions.access_denied_response = responded


def _answer_for_the_registry() -> None:
    handle = ecr.handle_request

    async def handled(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> tuple[int, dict[str, str], Any]:
        with _in_account(_registry_of(body, responses.get_account_id())):
            return await handle(method, path, headers, body, query)

    ecr.handle_request = handled


@contextmanager
def _in_account(account: str) -> Generator[None]:
    own = responses.get_account_id()
    responses.set_request_account_id(account)
    try:
        yield
    finally:
        responses.set_request_account_id(own)


def _registry_of(body: bytes, own: str) -> str:
    document: dict[str, Any] = json.loads(body) if body else {}
    return str(document.get("registryId") or own)
