"""What this installation is called in agreements and in customers' DNS records."""

from django.conf import settings

from compliance.domain_records import Platform


def names() -> Platform:
    return Platform(
        bounce_host=settings.PLATFORM_BOUNCE_HOST,
        spf_mechanism=settings.PLATFORM_SPF,
        dmarc_reports=settings.PLATFORM_DMARC_REPORTS,
    )
