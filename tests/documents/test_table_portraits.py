"""How a row of a table is described to those who do not see its bars."""

from auditor.common.store import Store
from reports.documents.portraits import portrait
from tests.documents import table_factory


def test_the_picture_of_a_row_says_to_which_column_most_is_attributed(tmp_path):
    store = Store(tmp_path)
    item = table_factory.item(store)
    (panel,) = portrait(table_factory.evidence(store, item), store).panels(item)
    assert panel.alt.endswith("; Grad-CAM: most to income (41), -0.50")
