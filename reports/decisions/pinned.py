"""Which keys belong to this database: pinned on first use, and held against the folder of keys before it is used."""

from django.conf import settings
from django.db import connection

from auditor.common.said import say
from reports.decisions.models import VaultPin
from reports.keys.pseudonyms import index_of
from reports.keys.subjects import check_vault, destroyed_count, vault_fingerprint
from reports.keys.vault import VaultUnusable

_PIN = 1
_RAISED = "UPDATE decisions_vaultpin SET destroyed = %s WHERE id = %s AND destroyed < %s"
_checked: tuple[str, str, str, int] | None = None


def vault_check() -> None:
    """Hold the keys against the pin, which the first use makes; raises VaultUnusable for any but the database's own.

    One question to the database: before each transaction that seals, and through `vault_checked` before reading.
    """
    global _checked
    pin = VaultPin.objects.filter(pk=_PIN).first() or _pinned()
    check_vault(pin.fingerprint, pin.destroyed)
    if pin.index != index_of("fingerprint"):
        raise VaultUnusable(
            say(
                "The key of pseudonyms in %(folder)s is another installation's or was made anew; restore the newest "
                "copy of the folder of keys.",
                folder=str(settings.KEYS_DIR),
            )
        )
    _checked = _present()


def vault_checked() -> None:
    """Do as `vault_check`, without a question where this process has checked the very keys that are there."""
    if _checked is None or _checked != _present():
        vault_check()


def destruction_noted() -> None:
    """Let the database remember how many keys are destroyed, so that an older copy of them is told."""
    count = destroyed_count()
    with connection.cursor() as cursor:
        cursor.execute(_RAISED, [count, _PIN, count])


def _pinned() -> VaultPin:
    VaultPin.objects.bulk_create(
        [
            VaultPin(
                pk=_PIN,
                fingerprint=vault_fingerprint(),
                index=index_of("fingerprint"),
                destroyed=destroyed_count(),
            )
        ],
        ignore_conflicts=True,
    )
    return VaultPin.objects.get(pk=_PIN)


def _present() -> tuple[str, str, str, int]:
    database = connection.settings_dict["NAME"]
    return str(database), str(settings.KEYS_DIR), vault_fingerprint(), destroyed_count()
