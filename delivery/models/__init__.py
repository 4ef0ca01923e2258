from delivery.models.attachment import EscrowChunk, EscrowFile
from delivery.models.dispatch import Dispatch
from delivery.models.domain_day import DomainDay
from delivery.models.escrow import EscrowCode, EscrowEvent, EscrowItem, EscrowVisit
from delivery.models.follow_up import FollowUp
from delivery.models.inbound import InboundMail
from delivery.models.letter import Letter, LetterFile
from delivery.models.message import Message, MessageEvent
from delivery.models.must_arrive import MustArrive
from delivery.models.passkey import PortalPasskey
from delivery.models.passphrase import PortalPassphrase
from delivery.models.pin import ServerPin, ServerSet
from delivery.models.portal_text import PortalText
from delivery.models.posture import DomainPosture, HostObservation
from delivery.models.recipient_domain import RecipientDomain
from delivery.models.reply import Reply
from delivery.models.reply_file import ReplyFile
from delivery.models.single import SingleSend
from delivery.models.sts_policy import StsPolicy
from delivery.models.tls_report import TlsReport
from delivery.models.tls_sent import SentTlsReport, TlsReporting
from delivery.models.tracking import LinkTable, Reaction
from delivery.models.warming import WarmUp, WarmUpPlan

__all__ = [
    "Dispatch",
    "DomainDay",
    "DomainPosture",
    "EscrowChunk",
    "EscrowCode",
    "EscrowEvent",
    "EscrowFile",
    "EscrowItem",
    "EscrowVisit",
    "FollowUp",
    "HostObservation",
    "InboundMail",
    "Letter",
    "LetterFile",
    "LinkTable",
    "Message",
    "MessageEvent",
    "MustArrive",
    "PortalPasskey",
    "PortalPassphrase",
    "PortalText",
    "Reaction",
    "RecipientDomain",
    "Reply",
    "ReplyFile",
    "SentTlsReport",
    "ServerPin",
    "ServerSet",
    "SingleSend",
    "StsPolicy",
    "TlsReport",
    "TlsReporting",
    "WarmUp",
    "WarmUpPlan",
]
