"""People, what they agreed to, what happened to them, and the files they came in."""

from contacts.models.certificate import PersonCertificate
from contacts.models.consent import ConsentRecord
from contacts.models.exports import ContactExport, ExportChunk
from contacts.models.imports import ImportChunk, ImportProblem, ImportRun
from contacts.models.looks import Look
from contacts.models.people import Activity, Attribute, Contact

__all__ = [
    "Activity",
    "Attribute",
    "ConsentRecord",
    "Contact",
    "ContactExport",
    "ExportChunk",
    "ImportChunk",
    "ImportProblem",
    "ImportRun",
    "Look",
    "PersonCertificate",
]
