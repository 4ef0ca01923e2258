"""What this installation is called in agreements and in customers' DNS records."""

from django.conf import settings

from compliance.domain_records import DomainNames, Platform


def mail_domain() -> str:
    """What the service's own mail is sent from: a sender domain of the platform's own tenant."""
    return str(settings.DELIVERY_SYSTEM_SENDER).rpartition("@")[2].lower()


def return_domain() -> str:
    """Where that mail comes back to, and reports about the way to us."""
    return DomainNames(mail_domain(), ()).return_path


def names() -> Platform:
    return Platform(
        bounce_host=settings.PLATFORM_BOUNCE_HOST,
        spf_mechanism=settings.PLATFORM_SPF,
        dmarc_reports=settings.PLATFORM_DMARC_REPORTS,
        policy_host=settings.HOSTS["mta_sts"],
    )
