"""Reads and writes the two variables of an access key."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...variables.key_description import DescribedKey, describe, described, ending
from ...variables.targets import KeyUser, Target
from ..aws import AwsError
from ..gitlab import GitLab, GitLabError, Variable
from ..publish import flags_set, put, read_back, wrong_flags
from ..secret import Secret
from .decision import Published
from .store import AccessKey, KeyStore, NewKey

_WRONG_SECRET: Final = "SignatureDoesNotMatch"  # noqa: S105 - an error's name


@dataclass(frozen=True)
class Pair:
    """The variables of a user, and access to them.

    Attributes:
        user: the user whose keys the variables hold.
        gitlab: the instance, called with the rotator's token.
        id: the present variable of the id; None when there is none.
        secret: the present variable of the secret; None when there is none.
    """

    user: KeyUser
    gitlab: GitLab
    id: Variable | None
    secret: Variable | None

    @staticmethod
    def read(user: KeyUser, gitlab: GitLab) -> "Pair":
        """Reads both variables.

        Raises:
            GitLabError: one cannot be read.
        """
        return Pair(user, gitlab, gitlab.variable(user.id_target), gitlab.variable(user.secret_target))

    @property
    def declared(self) -> bool:
        """Whether an earlier run wrote both, with the present declaration."""
        described = {_described(self.id), _described(self.secret)}
        return len(described) == 1 and None not in described and not self._wrong()

    def published(self, keys: Sequence[AccessKey], store: KeyStore) -> Published:
        """Which of the user's keys the variables hold.

        A readable secret is tested; for a hidden one the description is trusted.
        """
        described_id, described_secret = _named(_described(self.id), keys), _named(_described(self.secret), keys)
        id_of = self._id_of(keys, described_id)
        secret_of = described_secret
        if self.secret is not None and self.secret.value is not None:
            active = {key.id for key in keys if key.active}
            candidates = [key for key in dict.fromkeys((id_of, described_secret)) if key is not None and key in active]
            value = self.secret.value
            secret_of = next(
                (key for key in candidates if self._is_secret_of(key, value, described_secret, store)), None
            )
        named = id_of is not None and id_of == described_id == described_secret
        hidden = self.secret is not None and self.secret.value is None
        certain = not hidden or secret_of is not None
        return Published(id_of, secret_of, named, in_order=named and not self._wrong(), certain=certain)

    def write(self, new: NewKey) -> None:
        """Writes the secret, then the id; if the id cannot be written, restores the previous secret.

        Raises:
            GitLabError: GitLab refused, or did something else.
        """
        description = describe(new.id.reveal(), new.created)
        _write(self.user.secret_target, self.secret, new.secret, description, self.gitlab)
        try:
            _write(self.user.id_target, self.id, new.id, description, self.gitlab)
        except GitLabError:
            self._put_back()
            raise

    def write_id(self, key: AccessKey) -> None:
        """Writes the id of the key whose secret is published.

        Raises:
            GitLabError: GitLab refused, or did something else.
        """
        _write(self.user.id_target, self.id, key.id, describe(key.id.reveal(), key.created), self.gitlab)

    def tidy(self, key: AccessKey) -> None:
        """Sets flags and descriptions without changing values.

        Raises:
            GitLabError: GitLab refused, or did something else.
        """
        pairs = ((self.user.id_target, self.id), (self.user.secret_target, self.secret))
        for target, variable in ((target, variable) for target, variable in pairs if variable is not None):
            # A hidden variable is identified by its description, so that is kept.
            hidden = variable.value is None
            text = None if hidden else describe(key.id.reveal(), key.created)
            flag = bool(variable.flags.get("hidden"))
            flags_set(self.gitlab.update(target, None, text, hidden=flag), target)

    def _put_back(self) -> None:
        before = self.secret
        if before is None or before.value is None or before.description is None:
            return
        with contextlib.suppress(GitLabError):
            self.gitlab.update(self.user.secret_target, before.value, before.description, hidden=False)

    def _id_of(self, keys: Sequence[AccessKey], named: Secret | None) -> Secret | None:
        if self.id is None:
            return None
        if self.id.value is None:
            return named
        return next((key.id for key in keys if key.id == self.id.value), None)

    def _is_secret_of(self, key: Secret, value: Secret, named: Secret | None, store: KeyStore) -> bool:
        if not value.reveal().isascii():
            return False
        try:
            return store.caller(key, value) == self.user.arn
        except AwsError as error:
            # Only a wrong signature proves the secret wrong; otherwise the description decides.
            return error.code != _WRONG_SECRET and key == named

    def _wrong(self) -> bool:
        pairs = ((self.id, self.user.id_target), (self.secret, self.user.secret_target))
        return any(variable is None or wrong_flags(variable, target) for variable, target in pairs)


def _described(variable: Variable | None) -> DescribedKey | None:
    return None if variable is None else described(variable.description)


def _named(described: DescribedKey | None, keys: Sequence[AccessKey]) -> Secret | None:
    """The key that a description names."""
    fitting = [key.id for key in keys if described is not None and ending(key.id.reveal()) == described.ending]
    return fitting[0] if len(fitting) == 1 else None


def _write(target: Target, variable: Variable | None, value: Secret, description: str, gitlab: GitLab) -> None:
    written = put(target, variable, value, description, gitlab)
    if written is None:  # another run created it a moment ago: update it instead
        if (found := gitlab.variable(target)) is None:
            raise GitLabError(f"GitLab says both that {target.name} exists and that it does not")
        written = gitlab.update(target, value, description, hidden=bool(found.flags.get("hidden")))
    read_back(written, value, description, target)
