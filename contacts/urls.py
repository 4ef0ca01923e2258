from django.urls import include, path

from contacts.views import attributes, erasing, exports, imports, looks, people, person, unprotected

contacts = [
    path("contacts/", people.people, name="list"),
    path("contacts/search/", people.search, name="search"),
    path("contacts/totals/", people.totals, name="totals"),
    path("contacts/new/", people.add, name="add"),
    path("contacts/<uuid:contact_id>/", person.detail, name="detail"),
    path("contacts/<uuid:contact_id>/edit/", people.edit, name="edit"),
    path("contacts/<uuid:contact_id>/reveal/", person.reveal, name="reveal"),
    path("contacts/<uuid:contact_id>/hide/", person.hide, name="hide"),
    path("contacts/<uuid:contact_id>/erase/", erasing.erase, name="erase"),
    path("contacts/<uuid:contact_id>/consent/", person.consent, name="consent"),
    path("contacts/<uuid:contact_id>/unprotected/", unprotected.unprotected, name="unprotected"),
    path("contacts/<uuid:contact_id>/protect/", unprotected.protect, name="protect"),
    path("imports/", imports.runs, name="imports"),
    path("imports/new/", imports.start, name="import_start"),
    path("imports/upload/", imports.upload, name="import_upload"),
    path("imports/<uuid:run_id>/", imports.run, name="import"),
    path("imports/<uuid:run_id>/columns/", imports.columns, name="import_columns"),
    path("imports/<uuid:run_id>/values/", imports.values, name="import_values"),
    path("imports/<uuid:run_id>/basis/", imports.basis, name="import_basis"),
    path("imports/<uuid:run_id>/begin/", imports.begin, name="import_begin"),
    path("imports/<uuid:run_id>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<uuid:run_id>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:run_id>/problems/", imports.problems, name="import_problems"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.new, name="export_new"),
    path("exports/<uuid:export_id>/", exports.export, name="export"),
    path("exports/<uuid:export_id>/progress/", exports.progress, name="export_progress"),
    path("exports/<uuid:export_id>/cancel/", exports.cancel, name="export_cancel"),
    path("exports/<uuid:export_id>/file/", exports.take, name="export_take"),
    path("exports/<uuid:export_id>/password/", exports.password, name="export_password"),
    path("compliance/looks/", looks.looks, name="looks"),
    path("settings/fields/", attributes.attributes, name="attributes"),
    path("settings/fields/new/", attributes.add, name="attribute_add"),
    path("settings/fields/<uuid:attribute_id>/", attributes.edit, name="attribute_edit"),
]

urlpatterns = [path("", include((contacts, "contacts")))]
