from django.urls import URLPattern, URLResolver, include, path, register_converter

from campaigns.converters import RecipeConverter, RowConverter
from campaigns.views import approvals, campaigns, content, previews, sending, templates, tests

Routes = list[URLPattern | URLResolver]

register_converter(RecipeConverter, "recipe")
register_converter(RowConverter, "campaign_row")

one_campaign: Routes = [
    path("", campaigns.campaign, name="detail"),
    path("change/<campaign_row:row>/", campaigns.change, name="change"),
    path("count/", campaigns.count, name="count"),
    path("duplicate/", campaigns.duplicate, name="duplicate"),
    path("discard/", campaigns.discard, name="discard"),
    path("content/", content.campaign, name="content"),
    path("content/save/", content.save_campaign, name="save_content"),
    path("preview/", previews.campaign, name="preview"),
    path("preview/show/", previews.show_campaign, name="show_preview"),
    path("test/", tests.send, name="test"),
    path("submit/", approvals.submit, name="submit"),
    path("attest/", approvals.attest, name="attest"),
    path("withdraw/", approvals.withdraw, name="withdraw"),
    path("review/", approvals.review, name="review"),
    path("approve/", approvals.approve, name="approve"),
    path("refuse/", approvals.refuse, name="refuse"),
    path("send/", sending.send, name="send"),
    path("schedule/", sending.schedule, name="schedule"),
    path("take-back/", sending.take_back, name="take_back"),
    path("pause/", sending.pause, name="pause"),
    path("resume/", sending.resume, name="resume"),
    path("cancel/", sending.cancel, name="cancel"),
    path("live/", sending.live, name="live"),
]
all_campaigns: Routes = [
    path("", campaigns.campaigns, name="list"),
    path("options/", campaigns.options, name="options"),
    path("new/", campaigns.new, name="new"),
    path("new/<recipe:recipe>/", campaigns.create_from_recipe, name="from_recipe"),
    path("new/<uuid:template_id>/", campaigns.create_from_template, name="from_template"),
    path("<uuid:campaign_id>/", include(one_campaign)),
]
all_templates: Routes = [
    path("", templates.templates, name="list"),
    path("new/", templates.new, name="new"),
    path("new/<recipe:recipe>/", templates.create_from_recipe, name="from_recipe"),
    path("brand/", templates.brand, name="brand"),
    path("<uuid:template_id>/", content.template, name="content"),
    path("<uuid:template_id>/save/", content.save_template, name="save_content"),
    path("<uuid:template_id>/rename/", templates.rename, name="rename"),
    path("<uuid:template_id>/archive/", templates.archive, name="archive"),
    path("<uuid:template_id>/preview/", previews.template, name="preview"),
    path("<uuid:template_id>/preview/show/", previews.show_template, name="show_preview"),
]

urlpatterns = [
    path("campaigns/", include((all_campaigns, "campaigns"))),
    path("templates/", include((all_templates, "templates"))),
]
