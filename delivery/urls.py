from django.urls import include, path

from delivery.reports import views

reports = [
    path("reports/", views.campaigns, name="list"),
    path("campaigns/<uuid:campaign_id>/report/", views.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/report/people/", views.people, name="people"),
]
messages = [
    path("messages/", views.log, name="list"),
    path("messages/<uuid:message_id>/", views.message, name="story"),
    path("messages/<uuid:message_id>/recall/", views.recall, name="recall"),
]

urlpatterns = [
    path("campaigns/<uuid:campaign_id>/progress/", views.progress, name="campaign_progress"),
    path("", include((reports, "reports"))),
    path("", include((messages, "messages"))),
]
