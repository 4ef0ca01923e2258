from django.urls import include, path

from compliance.views import (
    agreement,
    alerts,
    archives,
    audit,
    changes,
    disposals,
    domains,
    ending,
    evidence,
    holds,
    home,
    integrity,
    operator,
    operator_ending,
    platform_archives,
    policy,
    posture,
    remaining,
    retention,
    reviews,
    runs,
    suppressions,
)

compliance = [
    path("", home.home, name="home"),
    path("agreement/", agreement.agreement, name="agreement"),
    path("agreement/sign/", agreement.sign, name="sign"),
    path("agreement/<uuid:agreement_id>/", agreement.show, name="signed_agreement"),
    path("agreement/<uuid:agreement_id>/end/", agreement.end, name="end_agreement"),
    path("audit/", audit.log, name="audit"),
    path("audit/<uuid:event_id>/", audit.event, name="audit_event"),
    path("audit/<uuid:event_id>/proof/", integrity.proof, name="audit_proof"),
    path("audit/reviews/", reviews.reviews, name="reviews"),
    path("audit/reviews/plan/", reviews.plan, name="plan_reviews"),
    path("audit/reviews/sign-off/", reviews.sign_off, name="sign_off"),
    path("audit/views/", reviews.save_view, name="save_view"),
    path("audit/views/<uuid:saved_view_id>/", reviews.open_view, name="open_view"),
    path("audit/views/<uuid:saved_view_id>/delete/", reviews.delete_view, name="delete_view"),
    path("audit/archives/", archives.index, name="archives"),
    path("audit/archives/<uuid:archive_id>/check/", archives.check, name="check_archive"),
    path("audit/archives/<uuid:archive_id>/go-on/", archives.go_on, name="resume_archive"),
    path("audit/archives/<uuid:archive_id>/stop/", archives.stop, name="stop_archive"),
    path("audit/archives/<uuid:archive_id>/copy/", archives.copy, name="copy_archive"),
    path("audit/archives/<uuid:archive_id>/file/", archives.file, name="take_archive"),
    path("audit/disposals/", disposals.index, name="disposals"),
    path("audit/disposals/stop/", disposals.stop, name="stop_disposal"),
    path("audit/disposals/go-on/", disposals.go_on, name="resume_disposal"),
    path("audit/evidence/", evidence.take, name="evidence"),
    path("audit/integrity/", integrity.integrity, name="integrity"),
    path("audit/integrity/check/", integrity.check, name="check_log"),
    path("audit/integrity/progress/", integrity.progress, name="check_progress"),
    path("audit/integrity/checkpoint/", integrity.checkpoint, name="take_checkpoint"),
    path("audit/integrity/growth/<uuid:anchor_id>/", integrity.growth, name="growth_proof"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<uuid:alert_id>/answer/", alerts.answer, name="answer_alert"),
    path("changes/", changes.index, name="changes"),
    path("posture/", posture.index, name="posture"),
    path("policy/", policy.policy, name="policy"),
    path("suppressions/", suppressions.suppressions, name="suppressions"),
    path("suppressions/add/", suppressions.suppress, name="suppress"),
    path("suppressions/<uuid:suppression_id>/lift/", suppressions.unsuppress, name="unsuppress"),
]
sender_domains = [
    path("", domains.domains, name="list"),
    path("add/", domains.add, name="add"),
    path("<uuid:domain_id>/", domains.domain, name="detail"),
    path("<uuid:domain_id>/check/", domains.check, name="check"),
    path("<uuid:domain_id>/keys/", domains.replace_keys, name="replace_keys"),
    path("<uuid:domain_id>/keys/discard/", domains.discard_keys, name="discard_keys"),
    path("<uuid:domain_id>/remove/", domains.remove, name="remove"),
    path("<uuid:domain_id>/senders/", domains.add_sender, name="add_sender"),
    path("senders/<uuid:sender_id>/replies/", domains.take_replies, name="take_replies"),
    path("senders/<uuid:sender_id>/remove/", domains.remove_sender, name="remove_sender"),
]
retained = [
    path("", retention.settings, name="settings"),
    path("preview/", retention.preview, name="preview"),
    path("runs/", runs.index, name="runs"),
    path("runs/begin/", runs.begin, name="begin"),
    path("runs/stop/", runs.stop, name="stop"),
    path("runs/<uuid:retention_run_id>/", runs.certificate_page, name="certificate"),
    path("runs/<uuid:retention_run_id>/certificate.json", runs.download, name="download"),
    path("holds/", holds.index, name="holds"),
    path("holds/place/", holds.place, name="place_hold"),
    path("holds/<uuid:hold_id>/release/", holds.release, name="release_hold"),
]
agreements = [
    path("", operator.agreements, name="list"),
    path("<uuid:tenant_id>/", operator.countersign, name="countersign"),
]

of_the_end = [
    path("", ending.index, name="index"),
    path("ask/", ending.ask, name="ask"),
    path("undo/", ending.undo, name="undo"),
    path("data/", ending.ask_for_data, name="data"),
    path("data/progress/", ending.progress, name="progress"),
    path("data/<uuid:data_return_id>/cancel/", ending.cancel, name="cancel"),
    path("data/<uuid:data_return_id>/file/", ending.take, name="take"),
    path("data/<uuid:data_return_id>/password/", ending.password, name="password"),
]
endings = [
    path("", operator_ending.index, name="list"),
    path("<uuid:tenant_id>/", operator_ending.workspace, name="workspace"),
    path("<uuid:tenant_id>/ask/", operator_ending.ask, name="ask"),
    path("<uuid:tenant_id>/allow/", operator_ending.allow, name="allow"),
    path("<uuid:tenant_id>/undo/", operator_ending.undo, name="undo"),
    path("<uuid:tenant_id>/postpone/", operator_ending.postpone, name="postpone"),
    path("<uuid:tenant_id>/certificate.json", operator_ending.certificate, name="certificate"),
    path("<uuid:tenant_id>/log/", remaining.log, name="log"),
    path("<uuid:tenant_id>/log/evidence/", remaining.evidence, name="evidence"),
]
platform_log = [
    path("archives/", platform_archives.index, name="archives"),
    path(
        "archives/<uuid:platform_archive_id>/check/", platform_archives.check, name="check_archive"
    ),
    path(
        "archives/<uuid:platform_archive_id>/go-on/", platform_archives.go_on, name="resume_archive"
    ),
    path("archives/<uuid:platform_archive_id>/stop/", platform_archives.stop, name="stop_archive"),
    path("archives/<uuid:platform_archive_id>/copy/", platform_archives.copy, name="copy_archive"),
    path("archives/<uuid:platform_archive_id>/file/", platform_archives.file, name="take_archive"),
]

urlpatterns = [
    path("compliance/", include((compliance, "compliance"))),
    path("settings/domains/", include((sender_domains, "domains"))),
    path("settings/retention/", include((retained, "retention"))),
    path("settings/ending/", include((of_the_end, "ending"))),
    path("operator/endings/", include((endings, "endings"))),
    path("operator/log/", include((platform_log, "platform_log"))),
    path("operator/agreements/", include((agreements, "agreements"))),
]
