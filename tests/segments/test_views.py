import pytest
from django.urls import reverse

from contacts.entries import Entry
from contacts.services.storing import store
from segments import services
from segments.models import Segment
from tenancy.scope import tenant_scope
from tests.accounts.signing_in import browser_of, make_member
from tests.factories.compliance import agreement_in_force
from tests.segments.clinic import add_people, make_schema
from tests.segments.people import condition, group

GOLD = group("all", condition("attribute.plan", "is", value="Gold"))
SMOKERS = group("all", condition("attribute.smoker", "yes"))
GOLD_FORM = {
    "rule.match": "all",
    "rule.0.field": "attribute.plan",
    "rule.0.operator": "is",
    "rule.0.value": "Gold",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(clinic):
    make_schema()
    add_people(("Ada", {"plan": "Gold", "smoker": True}), ("Bo", {"plan": "Silver"}))
    return browser_of(make_member(clinic, "marketer"))


@pytest.fixture
def segment(browser, nurse):
    return services.create(name="Gold plan", rule=GOLD, actor=nurse)


def url(name, segment=None):
    return reverse(f"segments:{name}", args=[segment.pk] if segment else [])


def text(answer):
    return " ".join(answer.content.decode().split())


def test_a_marketer_makes_a_segment(browser, clinic):
    answer = browser.post(url("new"), {"name": "Gold plan", **GOLD_FORM})
    segment = Segment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, url("detail", segment))
    assert (segment.name, segment.rule) == ("Gold plan", GOLD)


def test_says_at_its_row_what_is_missing_and_saves_nothing(browser, clinic):
    answer = browser.post(url("new"), {"name": "Gold plan", **GOLD_FORM, "rule.0.value": "Bronze"})
    assert answer.status_code == 422
    assert 'id="rule-0-problem"' in text(answer)
    assert "Choose from the choices of “Plan”." in text(answer)
    assert not Segment.objects.exists()


def test_says_what_is_wrong_with_a_number_while_it_is_counted(browser):
    wrong = {"rule.match": "all", "rule.0.field": "identity.age", "rule.0.operator": "at_least"}
    said = text(browser.post(url("preview_new"), {**wrong, "rule.0.value": "abc"}))
    assert "how many people match. “abc” is no number. Enter a number." in said


def test_says_nothing_of_people_before_they_are_counted(browser, segment):
    opened = text(browser.get(url("detail", segment)))
    assert "Finish the rule to see" not in opened
    assert ">None<" not in opened
    assert opened.count("Not counted yet") == 3


def test_languages_are_chosen_by_their_names(browser, clinic):
    store([Entry({"external_id": "E-1", "given_name": "Eva", "language": "es"}, {})])
    asked = {"rule.match": "all", "rule.0.field": "identity.language", "rule.0.operator": "is"}
    page = text(browser.post(url("new"), {**asked, "change": "refresh"}))
    assert '<option value="es">Spanish</option>' in page
    answer = browser.post(url("new"), {"name": "Spanish", **asked, "rule.0.value": "es"})
    segment = Segment.objects.get()
    assert (answer.status_code, segment.rule["rules"][0]["value"]) == (302, "es")
    assert "People whose Language is “Spanish”." in text(browser.get(url("detail", segment)))
    counted = browser.post(url("preview", segment), {**asked, "rule.0.value": "es"})
    assert '<p class="sp-big">1</p>' in text(counted)


@pytest.mark.parametrize(
    ("stored", "shown", "told"),
    [
        (
            condition("identity.language", "is", value="Spanish"),
            '<option value="Spanish" selected>Spanish (not a choice)</option>',
            "Choose from the choices of “Language”.",
        ),
        (
            condition("identity.language", "contains", value="es"),
            '<option value="is">is</option>',
            "Choose what should be true of “Language”.",
        ),
    ],
)
def test_a_language_that_was_typed_before_opens_and_is_told_about(browser, stored, shown, told):
    segment = Segment.objects.create(name="Typed", rule=group("all", stored))
    page = text(browser.get(url("detail", segment)))
    assert shown in page
    assert f"{told}</p>" in page
    assert f"This rule needs a change. {told}" in text(browser.get(url("list")))


def test_asks_for_a_name(browser, clinic):
    answer = browser.post(url("new"), {"name": " ", **GOLD_FORM})
    assert answer.status_code == 422
    assert "Give the segment a name." in text(answer)


def test_shows_the_rule_in_words_and_marks_phi(browser, segment, nurse):
    smokers = services.create(name="Smokers", rule=SMOKERS, actor=nurse)
    assert "People whose Plan is “Gold”." in text(browser.get(url("detail", segment)))
    assert "Being in this segment is PHI" not in text(browser.get(url("detail", segment)))
    page = text(browser.get(url("detail", smokers)))
    assert '<em class="sp-marked">whose Smoker is yes</em>' in page
    assert "Being in this segment is PHI" in page
    assert "<title>Segment" in page


def test_the_builder_adds_a_rule_without_saving(browser, segment):
    form = {"name": "Gold plan", "version": 1, **GOLD_FORM, "change": "add-rule:"}
    fragment = browser.post(url("save", segment), form, headers=HTMX)
    assert text(fragment).startswith('<div id="builder"')
    assert 'name="rule.1.field"' in text(fragment)
    assert fragment["HX-Trigger-After-Swap"]
    whole = browser.post(url("save", segment), form)
    assert 'name="rule.1.field"' in text(whole)
    assert "<h1" in text(whole)
    assert Segment.objects.get().rule == GOLD


def test_counts_the_rule_as_it_stands_in_the_form(browser, segment):
    answer = browser.post(url("preview", segment), {**GOLD_FORM, "rule.match": "none"})
    page = text(answer)
    assert '<p class="sp-big">1</p>' in page
    assert "Everybody but those whose Plan is “Gold”." in page
    assert "Fewer than 11 people." in page
    assert 'id="rule-0-n" hx-swap-oob="true">\u22121<' in page
    assert "B•••••" in page
    assert "Bo" not in page.replace("Both", "")
    assert Segment.objects.get().people is None


def test_a_count_of_the_stored_rule_is_kept_for_the_list(browser, segment):
    browser.post(url("preview", segment), GOLD_FORM)
    assert Segment.objects.get().people == 1
    assert "Gold plan" in text(browser.get(url("list")))


def test_an_unfinished_rule_is_not_counted(browser, clinic):
    answer = browser.post(url("preview_new"), {"rule.match": "all", "rule.0.field": ""})
    assert "Finish the rule to see how many people match." in text(answer)


def test_says_who_may_receive_mail_for_a_purpose(browser, segment):
    agreement_in_force()
    answer = browser.post(url("reach", segment), {**GOLD_FORM, "purpose": "marketing"})
    assert "There is no signed authorization for this purpose" in text(answer)


def test_says_that_people_who_are_no_patients_did_not_opt_in(browser, segment):
    agreement_in_force()
    bea = {"external_id": "V-1", "given_name": "Bea", "email": "bea@mail.example"}
    store([Entry(bea | {"is_patient": False}, {"plan": "Gold"})])
    page = text(browser.post(url("reach", segment), {**GOLD_FORM, "purpose": "appointment"}))
    assert "Not a patient, and there is no opt-in for this purpose.</span><span>1<" in page
    assert "<dt>May receive it</dt><dd>1</dd><dt>Left out</dt><dd>1</dd>" in page


def test_keeps_what_two_editors_saved_apart(browser, segment, nurse):
    services.update(segment, name="Theirs", rule=SMOKERS, version=1, actor=nurse)
    form = {"name": "Mine", "version": 1, **GOLD_FORM}
    answer = browser.post(url("save", segment), form)
    assert answer.status_code == 422
    assert "Somebody else saved this segment while you were editing." in text(answer)
    assert "Save mine as a new segment" in text(answer)
    assert Segment.objects.get().name == "Theirs"
    browser.post(url("new"), form)
    assert sorted(one.name for one in Segment.objects.all()) == ["Mine", "Theirs"]


def test_archives_and_restores(browser, segment):
    browser.post(url("archive", segment))
    assert Segment.objects.get().is_archived
    assert "Archived" in text(browser.get(url("list")))
    browser.post(url("restore", segment))
    assert not Segment.objects.get().is_archived


def test_duplicates(browser, segment):
    answer = browser.post(url("duplicate", segment), follow=True)
    assert "Gold plan (copy)" in text(answer)


def test_counts_all_for_the_list(browser, segment):
    assert "Not counted" in text(browser.get(url("list")))
    browser.post(url("count"))
    assert Segment.objects.get().people == 1


def test_an_analyst_sees_counts_and_no_people_and_changes_nothing(clinic, segment):
    analyst = browser_of(make_member(clinic, "analyst"))
    page = text(analyst.get(url("detail", segment)))
    assert '<fieldset class="sp-stack" disabled>' in page
    answer = text(analyst.post(url("preview", segment)))
    assert '<p class="sp-big">1</p>' in answer
    assert "Your role sees counts of people, not people." in answer
    assert analyst.post(url("save", segment), GOLD_FORM).status_code == 403
    assert Segment.objects.get().version == 1


def test_another_tenants_segment_is_not_found(clinic, segment, other_clinic):
    stranger = browser_of(make_member(other_clinic, "owner"))
    assert stranger.get(url("detail", segment)).status_code == 404
    for action in ("save", "preview", "reach", "duplicate", "archive", "restore"):
        assert stranger.post(url(action, segment), GOLD_FORM).status_code == 404
    with tenant_scope(clinic.id):
        assert Segment.objects.get().version == 1


def test_says_what_a_segment_is_for_when_there_is_none(browser):
    assert "Make the first segment" in text(browser.get(url("list")))
