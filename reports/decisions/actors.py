"""Who acts: the rows behind the names that events carry."""

from collections.abc import Iterable
from typing import Self

from django.contrib.auth.models import User

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.models import SendingSystem
from reports.decisions.state import Actor, ActorKind


def officer(user: User) -> Actor:
    """Return a person as the officer who acts."""
    return Actor(ActorKind.OFFICER, user.get_username())


def reviewer(user: User) -> Actor:
    """Return a person as the reviewer who acts."""
    return Actor(ActorKind.REVIEWER, user.get_username())


class Actors:
    """The users and systems whom some events name."""

    def __init__(self, users: dict[str, int], systems: dict[str, int]) -> None:
        self._users, self._systems = users, systems

    @classmethod
    def of(cls, actors: Iterable[Actor]) -> Self:
        """Look them up; raises Refused for a name that nobody has."""
        actors = set(actors)
        people = {actor.id for actor in actors if actor.kind in (ActorKind.OFFICER, ActorKind.REVIEWER)}
        senders = {actor.id for actor in actors if actor.kind is ActorKind.SYSTEM}
        users = dict(User.objects.filter(username__in=people).values_list("username", "pk")) if people else {}
        systems = (
            dict(SendingSystem.objects.filter(name__in=senders).values_list("name", "pk")) if senders else {}
        )
        if unknown := sorted((people - users.keys()) | (senders - systems.keys())):
            raise Refused(say("There is no user or sending system of the name %(name)s.", name=unknown[0]))
        return cls(users, systems)

    def user(self, actor: Actor) -> int | None:
        """Return the key of the user who acts, None where no person does."""
        return None if actor.kind is ActorKind.SYSTEM else self._users.get(actor.id)

    def system(self, actor: Actor) -> int | None:
        """Return the key of the system that acts, None where none does."""
        return self._systems.get(actor.id) if actor.kind is ActorKind.SYSTEM else None
