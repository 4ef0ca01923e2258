from django.urls import include, path

from compliance.views import (
    agreement,
    alerts,
    audit,
    changes,
    domains,
    evidence,
    holds,
    home,
    integrity,
    operator,
    policy,
    posture,
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
    path("audit/evidence/", evidence.take, name="evidence"),
    path("audit/integrity/", integrity.integrity, name="integrity"),
    path("audit/integrity/check/", integrity.check, name="check_log"),
    path("audit/integrity/progress/", integrity.progress, name="check_progress"),
    path("audit/integrity/checkpoint/", integrity.checkpoint, name="take_checkpoint"),
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
    path("<uuid:domain_id>/remove/", domains.remove, name="remove"),
    path("<uuid:domain_id>/senders/", domains.add_sender, name="add_sender"),
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

urlpatterns = [
    path("compliance/", include((compliance, "compliance"))),
    path("settings/domains/", include((sender_domains, "domains"))),
    path("settings/retention/", include((retained, "retention"))),
    path("operator/agreements/", include((agreements, "agreements"))),
]
