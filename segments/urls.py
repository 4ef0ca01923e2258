from django.urls import include, path

from segments import views

segments = [
    path("", views.index, name="list"),
    path("count/", views.count, name="count"),
    path("new/", views.new, name="new"),
    path("preview/", views.preview, name="preview_new"),
    path("reach/", views.reach, name="reach_new"),
    path("<uuid:segment_id>/", views.detail, name="detail"),
    path("<uuid:segment_id>/save/", views.save, name="save"),
    path("<uuid:segment_id>/preview/", views.preview, name="preview"),
    path("<uuid:segment_id>/reach/", views.reach, name="reach"),
    path("<uuid:segment_id>/duplicate/", views.duplicate, name="duplicate"),
    path("<uuid:segment_id>/archive/", views.archive, name="archive"),
    path("<uuid:segment_id>/restore/", views.restore, name="restore"),
]

urlpatterns = [path("segments/", include((segments, "segments")))]
