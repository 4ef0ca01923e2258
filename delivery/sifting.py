"""Messages that are not worth a draft now: their lanes are known to take nothing more."""

from collections.abc import Sequence
from uuid import UUID

from delivery import fates
from delivery.fates import Claimed, Fate
from delivery.handover import Handover
from delivery.models import Message
from delivery.services import recipient_domains
from delivery.warming.caps import Caps
from delivery.wire.transport import Transport


def put_off(
    messages: Sequence[Claimed], transport: Transport, handover: Handover, caps: Caps
) -> dict[UUID, Fate]:
    """Their fates. Whoever has no domain kept with the message is drafted all the same."""
    full = handover.full_lanes
    if not full and not caps.has_full_lanes:
        return {}
    known = Message.objects.filter(pk__in=[message.id for message in messages])
    indexes = {pk: bytes(index) for pk, index in known.values_list("pk", "domain_index") if index}
    names = recipient_domains.named(set(indexes.values()))
    domains = {pk: names[index] for pk, index in indexes.items() if index in names}
    lanes = transport.lanes(set(domains.values()))
    of_lane: dict[str, list[UUID]] = {}
    for pk, domain in domains.items():
        of_lane.setdefault(lanes[domain], []).append(pk)
    later: dict[UUID, Fate] = {}
    for name, lane in full.items():
        waiting = of_lane.pop(name, [])
        moments = lane.book(len(waiting))
        later |= {pk: fates.put_off(at) for pk, at in zip(waiting, moments, strict=True)}
    left = {
        each: lanes[domains[each.id]]
        for each in messages
        if each.id in domains.keys() - later.keys()
    }
    for pk, moment in caps.put_off_undrafted(left).items():
        later[pk] = fates.waiting("warming_up", until=moment)
    return later
