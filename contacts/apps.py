from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from accounts import countersign
        from compliance import stopping
        from contacts.services import exports, imports, left_out_rows

        countersign.register(
            exports.KIND,
            permission="contacts.export_allow",
            perform=exports.grant,
            describe=exports.sentence,
            drop=exports.drop,
        )
        stopping.register("imports", imports.stop_imports)
        left_out_rows.register()
