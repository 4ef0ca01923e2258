"""Rights of people, asked outside of a request: by work that waited for its turn."""

from uuid import UUID

from accounts.models import Membership
from accounts.permissions import role_may


def has_lost(person_id: str, permission: str) -> bool:
    """Whether somebody who works here, or did, may not do this any more.

    Work that waited asks it when it begins: what a person started does not go on without the right.
    False for systems, which are members of nothing.
    """
    try:
        user_id = UUID(person_id)
    except ValueError:
        return False
    member = Membership.objects.filter(user_id=user_id).first()
    if member is None:
        return False
    return member.status != Membership.Status.ACTIVE or not role_may(member.role, permission)
