"""The plan editor: methods by their cards, errors at their fields, plans that stay as they were fixed."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from auditor.audits.models import Plan, Run
from auditor.audits.plan_forms import GROUPS, PlanForm
from auditor.audits.services import plan_chosen, plan_own, run_start
from auditor.common.errors import Refused
from auditor.explain.plan import Plan as PlanDocument
from auditor.explain.plans import plan_of
from auditor.registry.models import ModelVersion
from tests import rows
from tests.explain import row_toys, toys

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(User.objects.create_user("officer", first_name="Ada", last_name="Lovelace"))
    return client


@pytest.fixture
def version() -> ModelVersion:
    return rows.model_version()


def address(version: ModelVersion, start: str = "standard", **more: str) -> str:
    query = {"model_version": str(version.pk), "from": start} | more
    return reverse("new-plan") + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def filled(version: ModelVersion, start: str = "standard", **changed: object) -> dict[str, object]:
    """What a browser posts when an officer sends the page as it came, but for some fields."""
    form = PlanForm(base=plan_of(start, version.kind), version=version)
    values = {name: form[name].value() for name in form.fields} | {"name": "My plan"} | changed
    return {
        name: "on" if value is True else value
        for name, value in values.items()
        if value is not None and value is not False
    }


def own(name: str, *methods: str) -> PlanDocument:
    return PlanDocument.model_validate({"name": name, "methods": [{"name": method} for method in methods]})


def page_of(answer) -> str:
    return answer.content.decode()


def error_at(answer, field: str) -> str:
    found = re.search(rf'id="id_{re.escape(field)}_error"[^>]*>([^<]*)<', page_of(answer))
    return found.group(1) if found else ""


def test_a_plan_is_fixed_as_entered_and_leads_to_an_audit_with_it(officer, version):
    entered = {
        "use-saliency": True,
        "use-grad_cam": False,
        "occlusion-window": "12",
        "occlusion-stride": "6",
        "plan-seed": "7",
        "plan-target": "label",
        "plan-minimum_group": "25",
        "thresholds-accuracy": "0.9",
        "surrogate-minimum_fidelity": "0.7",
    }
    answer = officer.post(address(version), filled(version, **entered))
    plan = Plan.objects.get(name="My plan")
    document = plan.document
    assert answer["Location"] == f"{reverse('new-run')}?model_version={version.pk}&plan={plan.digest}"
    assert plan.fixed_by.username == "officer"
    assert plan.digest == document.document_digest()
    assert {method.name: method.parameters for method in document.methods} == {
        "saliency": {"signed": False},
        "integrated_gradients": {"steps": 64, "baseline": 0.0},
        "occlusion": {"window": 12, "stride": 6, "baseline": 0.0},
    }
    assert (document.seed, document.target, document.minimum_group) == (7, "label", 25)
    assert (document.thresholds.accuracy, document.surrogate.minimum_fidelity) == (0.9, 0.7)
    assert document.survey == plan_of("standard", "image").survey
    started = page_of(officer.get(answer["Location"]))
    assert re.search(rf'value="{plan.digest}" selected', started)
    assert re.search(rf'<option value="{version.pk}" selected', started)


def test_the_same_content_is_the_same_plan(officer, version):
    for _ in range(2):
        officer.post(address(version), filled(version))
    assert Plan.objects.filter(name="My plan").count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("occlusion-window", "0", "Give a whole number from 1 to 4096."),
        ("occlusion-window", "", "Give a whole number from 1 to 4096."),
        ("occlusion-window", "wide", "Give a whole number from 1 to 4096."),
        ("occlusion-stride", "17", "Give no more than window, which is 16."),
        ("occlusion-baseline", "0.2, 3", "Give one number, or one a channel, each from 0 to 1."),
        ("grad_cam-layer", "a\0", "Give text."),
        ("plan-confidence", "1", "Give a number above 0.5 and below 1."),
        ("plan-seed", "-1", "Give a whole number of at least 0 and below 4294967296."),
        ("plan-target", "best", "Give one of predicted, label."),
        ("thresholds-noise", "2", "Give a number from 0 to 1."),
        ("name", "", "This field is required."),
        ("name", "standard", "The name &#x27;standard&#x27; belongs to a plan of the product"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(officer, version, field, value, sentence):
    answer = officer.post(address(version), filled(version, **{field: value}))
    assert answer.status_code == 422
    assert error_at(answer, field).startswith(sentence)
    assert not Plan.objects.exists()


def test_settings_of_a_method_that_is_not_chosen_do_not_matter(officer, version):
    answer = officer.post(
        address(version), filled(version, **{"lime-samples": "none", "name": "Without LIME"})
    )
    assert answer.status_code == 302


def test_levels_are_one_number_a_channel(officer, version):
    officer.post(address(version), filled(version, **{"occlusion-baseline": "0.1, 0.2,0.3"}))
    (occlusion,) = (method for method in Plan.objects.get().document.methods if method.name == "occlusion")
    assert occlusion.parameters["baseline"] == [0.1, 0.2, 0.3]


def test_a_plan_without_a_method_is_refused(officer, version):
    none = {f"use-{name}": False for name in ("grad_cam", "integrated_gradients", "occlusion")}
    answer = officer.post(address(version), filled(version, **none))
    assert answer.status_code == 422
    assert "Choose at least one method." in page_of(answer)


def card_of(page: str, name: str) -> str:
    (found,) = [part for part in page.split("<li class=")[1:] if f'id="id_use-{name}"' in part]
    return found.split("</li>\n  <li")[0]


def test_what_the_model_does_not_allow_is_shown_with_the_reason_and_cannot_be_forced(officer):
    version = rows.model_version(tier="predictions")
    page = page_of(officer.get(address(version)))
    assert "disabled" in card_of(page, "grad_cam")
    assert "The method needs layers, and this model gives predictions only." in card_of(page, "grad_cam")
    assert "inputs of the kind graph, not of the kind image" in card_of(page, "gnn_explainer")
    assert "disabled" not in card_of(page, "occlusion")
    assert "checked" in card_of(page, "occlusion")
    assert "checked" not in card_of(page, "grad_cam")
    answer = officer.post(address(version), filled(version, **{"use-grad_cam": True}))
    assert "needs layers" in error_at(answer, "use-grad_cam")


def test_a_model_whose_tier_was_not_measured_is_told_apart_by_its_kind_only(officer):
    version = rows.model_version(tier="")
    page = page_of(officer.get(address(version)))
    assert "was not measured when it was registered" in page
    assert "disabled" not in card_of(page, "grad_cam")
    assert "disabled" in card_of(page, "gnn_explainer")


def test_parameters_that_do_not_matter_for_the_kind_of_input_are_not_asked_for(officer):
    table = rows.model_version(spec=toys.spec(input=row_toys.TABLE))
    page = page_of(officer.get(address(table)))
    assert 'name="use-occlusion"' in page
    assert 'name="occlusion-window"' not in page
    assert 'name="kernel_shap-missing"' in page
    officer.post(address(table, "thorough"), filled(table, "thorough"))
    fixed = {method.name: method.parameters for method in Plan.objects.get().document.methods}
    assert fixed["occlusion"] == {}
    assert fixed["kernel_shap"] == {"missing": "background", "samples": 1024, "tolerance": 0.05}


def test_every_card_says_what_it_may_not_be_used_to_claim(officer, version):
    page = page_of(officer.get(address(version)))
    assert "That a place without colour holds no information" in card_of(page, "occlusion")
    assert page.count("What it may not be used to claim") == page.count('name="use-')


def shown(page: str) -> set[str]:
    parts = page.split('<li class="card')[1:]
    return {
        re.search(r'name="use-(\w+)"', part).group(1) for part in parts if "hidden" not in part.split(">")[0]
    }


def test_filters_hide_cards_that_are_neither_asked_for_nor_chosen(officer, version):
    page = page_of(officer.get(address(version, family="visualisation")))
    assert shown(page) == {"activation_map", "grad_cam", "integrated_gradients", "occlusion"}
    page = page_of(officer.get(address(version, needs="predictions", family="perturbation")))
    assert shown(page) - {"grad_cam", "integrated_gradients"} == {
        "occlusion",
        "shapley_sampling",
        "kernel_shap",
        "lime",
    }
    assert shown(page_of(officer.get(address(version, family="nonsense")))) > shown(page)


def test_a_filter_keeps_what_was_entered_and_complains_of_nothing(officer, version):
    entered = filled(version, **{"occlusion-window": "0", "use-grad_cam": False, "use-lrp": True, "name": ""})
    answer = officer.post(
        address(version), entered | {"family": "visualisation"}, headers={"HX-Request": "true"}
    )
    page = page_of(answer)
    assert answer.status_code == 200
    assert shown(page) == {"lrp", "integrated_gradients", "occlusion", "activation_map"}
    assert re.search(r'name="occlusion-window" value="0"', page)
    assert 'role="alert"' not in page
    assert not Plan.objects.exists()


def test_an_own_plan_is_where_a_new_one_starts_from_and_stays_as_it_was(officer, version):
    first = plan_own(own("First", "lrp"))
    before = first.content
    page = page_of(officer.get(address(version, first.digest)))
    assert "checked" in card_of(page, "lrp")
    assert 'name="name" value="First"' in page
    officer.post(address(version, first.digest), filled(version, **{"use-lrp": True, "name": "First"}))
    assert Plan.objects.filter(name="First").count() == 2
    assert Plan.objects.get(pk=first.pk).content == before
    with pytest.raises(DatabaseError, match="fixed and cannot be changed"), transaction.atomic():
        Plan.objects.filter(pk=first.pk).update(name="Second")


def test_the_list_says_who_fixed_a_plan_and_how_often_it_was_used(officer, version):
    officer.post(address(version), filled(version))
    plan = Plan.objects.get()
    run_start(model_version=version, validation_set=rows.validation_set(), plan=plan)
    page = page_of(officer.get(reverse("plans")))
    row = page[page.index("My plan") : page.index("Make a new one from this")]
    assert "Ada Lovelace" in row
    assert plan.digest[:12] in row
    assert '<td class="n">1</td>' in row
    for kind in ("image", "volume", "table", "graph"):
        assert plan_of("standard", kind).document_digest()[:12] in page


def test_reading_pages_fixes_no_plan(officer, version):
    officer.get(reverse("plans"))
    officer.get(address(version))
    assert not Plan.objects.exists()


def test_only_plans_that_suit_the_kind_are_offered_and_another_is_refused_in_words(officer, version):
    maps, nodes = plan_own(own("Maps", "grad_cam")), plan_own(own("Nodes", "gnn_explainer"))
    offered = page_of(officer.get(f"{reverse('new-run')}?model_version={version.pk}"))
    assert maps.digest in offered
    assert nodes.digest not in offered
    everything = page_of(officer.get(reverse("new-schedule")))
    assert nodes.digest in everything
    data = {"model_version": version.pk, "validation_set": rows.validation_set().pk, "language": "en"}
    answer = officer.post(reverse("new-run"), data | {"plan": nodes.digest})
    assert answer.status_code == 422
    assert "No method of the plan &#x27;Nodes&#x27; can be asked of this model" in page_of(answer)
    officer.post(reverse("new-run"), data | {"plan": maps.digest})
    assert Run.objects.get().plan == maps
    assert "Maps" in page_of(officer.get(reverse("run", args=[Run.objects.get().pk])))


def test_a_schedule_takes_an_own_plan(officer, version):
    maps = plan_own(own("Maps", "grad_cam"))
    data = {"name": "S", "model": version.model.pk, "validation_set": rows.validation_set().pk}
    when = {"plan": maps.digest, "frequency": "daily", "day": 1, "at": "04:05", "language": "en"}
    assert officer.post(reverse("new-schedule"), data | when).status_code == 302
    nodes = plan_own(own("Nodes", "gnn_explainer"))
    answer = officer.post(reverse("new-schedule"), data | when | {"plan": nodes.digest})
    assert "No method of the plan" in page_of(answer)


def test_a_name_of_the_product_is_kept_for_its_plan():
    assert plan_own(plan_of("quick", "table")) == plan_chosen("quick", "table")
    with pytest.raises(Refused, match="belongs to a plan of the product"):
        plan_own(own("quick", "lrp"))


def test_every_field_of_a_group_is_said_and_has_its_default():
    for group in GROUPS:
        defaults = group.settings.model_fields
        assert group.parameters
        assert all(parameter.words.endswith(".") for parameter in group.parameters)
        assert all(parameter.default == defaults[parameter.name].default for parameter in group.parameters)


def test_a_tier_is_measured_at_intake_and_filled_in_for_older_versions(model_folder):
    from auditor.explain.spec import ModelSpec
    from auditor.registry.execution import register
    from auditor.registry.intake.accepted import AcceptedModel

    spec = ModelSpec.parse((model_folder / "model.json").read_bytes(), name="model.json")
    accepted = AcceptedModel(
        spec=spec,
        spec_digest="a" * 64,
        weights_digest="b" * 64,
        weights_bytes=1,
        parameters=1,
        tier="gradients",
    )
    register(rows.intake(), accepted)
    assert ModelVersion.objects.get().tier == "gradients"
    ModelVersion.objects.update(tier="")
    assert ModelVersion.objects.get().measured_tier is None
    register(rows.intake(), accepted)
    assert ModelVersion.objects.get().measured_tier == "gradients"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (own("standard", "lrp"), "The name 'standard' belongs to a plan of the product"),
        (own("Maps", "grad_kam"), "did you mean 'grad_cam'"),
        (own("Maps"), "The plan 'Maps' has no method"),
        (b"{", r"plan\.json: invalid JSON"),
    ],
)
def test_a_wrong_plan_file_is_refused_before_anything_is_read(tmp_path, content, sentence):
    path = tmp_path / "plan.json"
    path.write_bytes(content if isinstance(content, bytes) else content.to_bytes())
    with pytest.raises(Refused, match=sentence):
        audit(tmp_path, path)


def test_a_plan_that_is_neither_a_name_nor_a_file_is_refused(tmp_path):
    with pytest.raises(
        Refused, match="There is no plan 'leisurely'; the plans are quick, standard, thorough"
    ):
        audit(tmp_path, "leisurely")
    with pytest.raises(Refused, match=r"The plan .*none\.json cannot be read"):
        audit(tmp_path, tmp_path / "none.json")


def audit(folder: Path, plan: object) -> None:
    call_command("audit", model=folder, data=folder, out=folder / "report.pdf", plan=str(plan))
