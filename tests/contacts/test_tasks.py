from contacts.importing.dates import Order
from contacts.models import Contact, ImportRun
from contacts.services import imports
from contacts.services.uploads import Intake
from contacts.tasks import wake_imports
from tests.waiting import until


def test_a_tick_wakes_a_worker_that_checks_and_then_imports(
    celery_worker, clinic, agreement, nurse
):
    intake = Intake(file_name="november.csv", actor=nurse)
    intake.feed(b"MRN,First name\n1,Ada\n2,Bo\n")
    run = intake.finish()
    imports.match_columns(
        run, mapping=["external_id", "given_name"], order=Order.NOT_SHOWN, actor=nurse
    )
    imports.check(run, basis=imports.Basis(), actor=nurse)
    wake_imports.delay()
    until(lambda: ImportRun.objects.filter(pk=run.pk, status="checked").exists())
    assert not Contact.objects.exists()
    imports.start(run, actor=nurse)
    wake_imports.delay()
    until(lambda: ImportRun.objects.filter(pk=run.pk, status="imported").exists())
    assert Contact.objects.count() == 2
