import json

from audit.models import AuditEvent
from contacts.models import Contact
from tests.integrations.client import make_system

ADA = {
    "external_id": "MRN-1",
    "given_name": "Ada",
    "family_name": "Lovelace",
    "email": "ada@mail.example",
    "birth_date": "1960-05-01",
    "language": "en",
    "attributes": {"plan": "Gold", "last_visit": "2026-02-03"},
}


def test_creates_then_updates_by_record_number(system):
    created = system.post("/contacts", ADA)
    assert created.status_code == 201
    assert created.json()["attributes"] == {"last_visit": "2026-02-03", "plan": "Gold"}
    updated = system.post("/contacts", {"external_id": "MRN-1", "email": "ada@new.example"})
    assert updated.status_code == 200
    body = updated.json()
    assert (body["id"], body["email"], body["given_name"]) == (
        created.json()["id"],
        "ada@new.example",
        "Ada",
    )
    assert Contact.objects.count() == 1


def test_null_and_an_empty_text_clear_what_is_stored(system):
    system.post("/contacts", ADA)
    body = system.post(
        "/contacts",
        {"external_id": "MRN-1", "email": None, "given_name": "", "attributes": {"plan": None}},
    ).json()
    assert (body["email"], body["given_name"], body["attributes"]["plan"]) == (None, None, None)


def test_masks_all_but_what_is_no_phi_without_the_scope(system, clinic):
    created = make_system("contacts.write", "contacts.read").post("/contacts", ADA).json()
    assert created["language"] == "en"
    assert created["attributes"] == {"last_visit": None, "plan": "Gold"}
    assert [created[key] for key in ("external_id", "email", "birth_date", "given_name")] == [
        None
    ] * 4
    assert "attributes.last_visit" in created["masked"]
    assert "Ada" not in json.dumps(created)
    seen = system.get(f"/contacts/{created['id']}").json()
    assert (seen["given_name"], seen["masked"]) == ("Ada", [])


def test_refuses_each_bad_value_at_its_field_and_repeats_none(system):
    answer = system.post(
        "/contacts",
        {
            "external_id": "MRN-1",
            "email": "not-a-mailbox-Ada",
            "birth_date": "May 1st",
            "shoe_size": 38,
            "attributes": {"plan": "Bronze-Ada", "hair": "red"},
        },
    )
    assert answer.status_code == 400
    assert "Ada" not in answer.content.decode()
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/birth_date", "/shoe_size"}
    assert not Contact.objects.exists()


def test_names_the_attribute_that_does_not_fit(system):
    answer = system.post(
        "/contacts", {"external_id": "MRN-1", "email": "x", "attributes": {"plan": "Bronze"}}
    )
    errors = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert set(errors) == {"/email", "/attributes/plan"}


def test_a_batch_stores_the_good_and_refuses_the_bad(system):
    people = [ADA, {"external_id": "MRN-2", "email": "broken"}, {"external_id": "MRN-3"}, 7]
    results = system.post("/contacts/batch", {"contacts": people}).json()["results"]
    assert [one["status"] for one in results] == ["created", "refused", "created", "refused"]
    assert results[1]["errors"][0]["pointer"] == "/email"
    again = system.post("/contacts/batch", {"contacts": [ADA]}).json()["results"]
    assert (again[0]["status"], again[0]["id"]) == ("same", results[0]["id"])
    assert Contact.objects.count() == 2


def test_a_batch_may_be_lines(system):
    lines = f'{json.dumps(ADA)}\n{{"external_id": \n\n{{"external_id": "MRN-2"}}\n'
    answer = system.post("/contacts/batch", lines, media_type="application/x-ndjson")
    statuses = [one["status"] for one in answer.json()["results"]]
    assert statuses == ["created", "refused", "created"]


def test_refuses_a_batch_that_is_empty_or_endless(system):
    assert system.post("/contacts/batch", {"contacts": []}).status_code == 400
    many = {"contacts": [{"external_id": "MRN-1"}] * 1_001}
    assert system.post("/contacts/batch", many).status_code == 413


def test_lists_by_cursor_in_a_stable_order(system):
    for number in range(5):
        system.post("/contacts", {"external_id": f"MRN-{number}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = system.get("/contacts", limit=2, cursor=cursor).json()
        seen += [one["external_id"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert seen == [f"MRN-{number}" for number in range(5)]


def test_refuses_a_cursor_or_limit_that_is_none(system):
    for query in ({"cursor": "%%"}, {"cursor": "AAAA"}, {"limit": "0"}, {"limit": "1000"}):
        assert system.get("/contacts", **query).status_code == 400


def test_finds_by_record_number_without_it_in_an_address(system):
    created = system.post("/contacts", ADA).json()
    assert system.post("/contacts/search", {"external_id": "MRN-1"}).json()["id"] == created["id"]
    missing = system.post("/contacts/search", {"external_id": "MRN-9"})
    assert (missing.status_code, missing.json()["code"]) == (404, "contact_not_found")


def test_stores_nobody_before_an_agreement_is_in_force(clinic):
    answer = make_system().post("/contacts", {"external_id": "MRN-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "agreement_required")
    assert not Contact.objects.exists()


def test_a_look_at_a_person_is_recorded_with_the_id(system):
    contact_id = system.post("/contacts", ADA).json()["id"]
    system.get(f"/contacts/{contact_id}")
    event = AuditEvent.objects.filter(action="api.called").latest("id")
    assert event.detail["objects"] == [contact_id]


def test_every_call_leaves_a_trail_without_values(system):
    system.post("/contacts", ADA)
    event = AuditEvent.objects.get(action="api.called")
    assert (event.actor_kind, event.actor_id) == ("api_key", str(system.key.pk))
    assert event.detail == {
        "method": "POST",
        "route": "v1:contacts",
        "status": 201,
        "objects": [],
    }
