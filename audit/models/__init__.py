from audit.models.archive import Archive, ArchivePiece
from audit.models.disposal import Disposal
from audit.models.trail import (
    Anchor,
    Anchoring,
    AuditEvent,
    Checkpoint,
    Leaf,
    PendingLeaf,
    SigningKey,
    Subtree,
    Tree,
)

__all__ = [
    "Anchor",
    "Anchoring",
    "Archive",
    "ArchivePiece",
    "AuditEvent",
    "Checkpoint",
    "Disposal",
    "Leaf",
    "PendingLeaf",
    "SigningKey",
    "Subtree",
    "Tree",
]
