"""Archives edited by hand: nothing of them runs, nothing of them is believed, and each is refused in a sentence."""

import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from skops import io as skops_io

from auditor.common.errors import Refused
from auditor.explain.estimators.archive import Archive
from auditor.explain.model import load
from tests.explain.skops_toys import (
    array,
    attributes,
    described,
    edited,
    literal,
    rows,
    spec,
    states,
    zipped,
)

warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
MODEL = GaussianNB().fit(*rows())
TREE = DecisionTreeClassifier(max_depth=2).fit(*rows())


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        load(spec(), content)
    assert "\n" not in refused.value.sentence
    return refused.value.sentence


def listed(*values: object) -> dict:
    return described("builtins.tuple", "TupleNode", content=[literal(value) for value in values])


def system(marker: Path) -> dict:
    return described("os.system", "ConstructorFromReduceNode", content=listed(f"touch {marker}"))


def evaluated(marker: Path) -> dict:
    code = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    return described("builtins.eval", "ConstructorFromReduceNode", content=listed(code))


def key(marker: Path) -> dict:
    """A dictionary whose "key type" is called with the key."""
    code = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    kinds = described("builtins.list", "ListNode", content=[described("builtins.eval", "TypeNode")])
    return described("builtins.dict", "DictNode", content={code: literal(1)}, key_types=kinds)


@pytest.mark.parametrize("payload", [system, evaluated, key])
@pytest.mark.parametrize("deep", [False, True])
def test_what_would_run_on_load_is_refused_and_does_not_run(tmp_path, payload, deep):
    marker = tmp_path / "ran"

    def change(schema):
        if not deep:
            return payload(marker)
        attributes(schema)["priors"] = payload(marker)
        return None

    content = edited(MODEL, change)
    name = "os.system" if payload is system else "builtins.eval"
    assert f"model.skops holds {name}" in refusal(content)
    assert not marker.exists()
    skops_io.loads(content, trusted=["os.system", "builtins.eval"])
    assert marker.exists(), "the archive is no threat, so the test shows nothing"


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        (described("os.system", "FunctionNode"), "os.system (FunctionNode)"),
        (described("numpy.log1p", "FunctionNode"), "numpy.log1p (FunctionNode)"),
        (
            described(
                "sklearn.naive_bayes.GaussianNB", "MethodNode", content={"func": "fit", "obj": literal(1)}
            ),
            "sklearn.naive_bayes.GaussianNB (MethodNode)",
        ),
        (
            described("operator.methodcaller", "OperatorFuncNode", attrs=listed("fit")),
            "operator.methodcaller (OperatorFuncNode)",
        ),
        (described("functools.partial", "PartialNode", content={}), "functools.partial (PartialNode)"),
        (described("builtins.bytes", "BytesNode", file="1.npy"), "builtins.bytes (BytesNode)"),
        (
            described("scipy.sparse._csr.csr_matrix", "SparseMatrixNode", type="scipy", file="1.npy"),
            "csr_matrix",
        ),
        (
            described("sklearn.naive_bayes.GaussianNB", "ListNode", content=[]),
            "sklearn.naive_bayes.GaussianNB (ListNode)",
        ),
        (described("sklearn.utils._bunch.Bunch", "ObjectNode"), "sklearn.utils._bunch.Bunch (ObjectNode)"),
        (described("builtins.object", "CachedNode", __id__=1), "builtins.object (CachedNode)"),
        (
            described("builtins.eval", "LossNode", __reduce__={"args": listed("1")}),
            "builtins.eval (LossNode)",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_type_needs_the_loader_that_belongs_to_it(payload, named):
    sentence = refusal(edited(MODEL, lambda schema: attributes(schema).__setitem__("priors", payload)))
    assert named in sentence
    assert "is not among the scikit-learn types that are read" in sentence


def test_a_generator_that_names_a_function_of_numpy_is_refused():
    forest = RandomForestClassifier(1, random_state=np.random.RandomState(0)).fit(*rows())

    def change(schema):
        generator = {"bit_generator": literal("seed")}
        names = described("builtins.list", "ListNode", content=[described("builtins.str", "TypeNode")])
        inner = described("builtins.dict", "DictNode", content=generator, key_types=names)
        attributes(schema)["random_state"] = described(
            "numpy.random._generator.Generator",
            "RandomGeneratorNode",
            content={"bit_generator": inner, "seed_seq": inner},
        )

    assert "numpy.random.seed" in refusal(edited(forest, change))


@pytest.mark.parametrize("member", ["../1.npy", "/etc/passwd", "a/1.npy", "1.pkl", "..\\1.npy", "x.bin"])
def test_members_that_lead_elsewhere_are_refused(member):
    assert f"member {member!r} does not belong" in refusal(edited(MODEL, lambda _: None, {member: b"x"}))


def test_arrays_outside_of_the_archive_are_not_read():
    def change(schema):
        next(states(schema, "NdArrayNode"))["file"] = "../../etc/passwd"

    assert "cannot be read as a scikit-learn model" in refusal(edited(MODEL, change))


def test_members_are_bounded_before_they_are_read(monkeypatch):
    bomb = zipped({"schema.json": b" " * 2**24}, zipfile.ZIP_DEFLATED)
    assert "unpacks to more than 200 times its size" in refusal(bomb)
    assert "is not a whole skops archive" in refusal(b"no zip")
    assert "is not a whole skops archive" in refusal(zipped({"1.npy": array(np.zeros(2))}))
    stream = io.BytesIO(skops_io.dumps(MODEL))
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("schema.json", b"{}")
    assert "holds a member twice" in refusal(stream.getvalue())
    assert "more than 200 levels deep" in refusal(edited(MODEL, lambda s: s.update(deep=nested(300))))
    assert "a schema that is not JSON" in refusal(zipped({"schema.json": b"[" * 100_000}))
    monkeypatch.setattr("auditor.explain.estimators.archive._MOST_SCHEMA", 100)
    assert "a schema of more than" in refusal(skops_io.dumps(MODEL))


def nested(depth: int) -> list:
    return [nested(depth - 1)] if depth else []


def huge() -> bytes:
    return array(np.zeros(1)).replace(b"(1,), ", b"(1" + b"0" * 5 + b",)")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x93NUMPY", array(np.zeros(3))[:-1], array(np.zeros(3)) + b"x", huge()],
    ids=["empty", "cut", "short", "long", "huge"],
)
def test_arrays_whose_length_is_not_what_they_say_are_refused(content):
    sentence = refusal(edited(MODEL, lambda _: None, {"1.npy": content}))
    assert "member '1.npy'" in sentence


def test_arrays_of_objects_are_refused():
    stream = io.BytesIO()
    np.save(stream, np.array([{}]), allow_pickle=True)
    assert "member '1.npy' holds no numbers" in refusal(
        edited(MODEL, lambda _: None, {"1.npy": stream.getvalue()})
    )


def test_an_object_cannot_pass_itself_off_as_an_earlier_one():
    """skops takes an object with a known id for the known one, so a good tree could stand for a forged one."""

    def change(schema):
        tree = next(states(schema, "TreeNode"))
        nodes = tree["content"]["content"]["nodes"]
        attributes(schema)["class_weight"] = nodes | {"file": "1.npy"}
        schema["content"]["content"] = dict(
            sorted(attributes(schema).items(), key=lambda i: i[0] != "class_weight")
        )

    forged = next(iter(TREE.tree_.__getstate__()["nodes"][None].copy()))
    forged["feature"] = 10**6
    content = edited(TREE, change, {"1.npy": array(forged)})
    original = skops_io.loads(content, trusted=["sklearn.tree._tree.Tree"])
    assert original.tree_.feature[0] == 10**6, "skops takes the forged one"
    assert load(spec(), content).parameters > 0
    checked = skops_io.loads(_checked(content), trusted=["sklearn.tree._tree.Tree"])
    assert (checked.tree_.feature == TREE.tree_.feature).all()


def _checked(content: bytes) -> bytes:
    return Archive(content, "model.skops").checked()


def forged_tree(**fields: object) -> bytes:
    nodes = TREE.tree_.__getstate__()["nodes"].copy()
    for field, value in fields.items():
        nodes[field][0] = value

    def change(schema):
        next(states(schema, "TreeNode"))["content"]["content"]["nodes"]["file"] = "1.npy"

    return edited(TREE, change, {"1.npy": array(nodes)})


@pytest.mark.parametrize(
    "fields",
    [
        {"left_child": 0},
        {"left_child": 10**6},
        {"right_child": -5},
        {"feature": 6},
        {"feature": -3},
    ],
    ids=str,
)
def test_trees_that_lead_out_of_themselves_are_refused(fields):
    assert "holds a decision tree that leads out of itself" in refusal(forged_tree(**fields))


@pytest.mark.parametrize(
    ("field", "value"),
    [("node_count", 10**6), ("node_count", 0), ("node_count", "7"), ("nodes", [1]), ("values", None)],
)
def test_trees_that_say_wrongly_how_large_they_are_are_refused(field, value):
    def change(schema):
        next(states(schema, "TreeNode"))["content"]["content"][field] = literal(value)

    assert "leads out of itself" in refusal(edited(TREE, change))


def test_trees_without_their_nodes_are_refused():
    """A key without a type is left out by skops, and a tree without nodes would be read all the same."""

    def change(schema):
        next(states(schema, "TreeNode"))["content"]["key_types"]["content"] = []

    assert "without the types of its keys" in refusal(edited(TREE, change))


def test_trees_with_more_outputs_than_their_classes_are_refused():
    def change(schema):
        next(states(schema, "TreeNode"))["__reduce__"]["args"]["content"][2] = literal(1000)

    assert "leads out of itself" in refusal(edited(TREE, change))


def replaced(estimator, **values: np.ndarray | object) -> bytes:
    """An archive in which attributes of the estimator are other arrays or literals."""
    members = {f"{i}.npy": array(v) for i, v in enumerate(values.values()) if isinstance(v, np.ndarray)}

    def change(schema):
        for index, (field, value) in enumerate(values.items()):
            given = described("numpy.ndarray", "NdArrayNode", type="numpy", file=f"{index}.npy")
            attributes(schema)[field] = given if isinstance(value, np.ndarray) else literal(value)

    return edited(estimator, change, members)


SVM = SVC(probability=True).fit(*rows())
NEAR = KNeighborsClassifier(algorithm="brute").fit(*rows())
FOREST = RandomForestClassifier(2).fit(*rows())
BOOSTING = GradientBoostingClassifier(n_estimators=2).fit(*rows())
HISTOGRAMS = HistGradientBoostingClassifier(max_iter=1).fit(*rows())


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (lambda: replaced(TREE, n_features_in_=9), "DecisionTreeClassifier"),
        (lambda: replaced(FOREST, n_features_in_=2), "RandomForestClassifier"),
        (lambda: replaced(BOOSTING, n_features_in_=2), "GradientBoostingClassifier"),
        (lambda: replaced(BOOSTING, n_trees_per_iteration_=2), "GradientBoostingClassifier"),
        (lambda: replaced(BOOSTING, init_=None), "GradientBoostingClassifier"),
        (lambda: replaced(HISTOGRAMS, n_features_in_=2), "HistGradientBoostingClassifier"),
        (lambda: replaced(HISTOGRAMS, is_categorical_=np.ones(6, bool)), "HistGradientBoostingClassifier"),
        (lambda: replaced(SVM, _dual_coef_=np.zeros((2, 1))), "SVC"),
        (lambda: replaced(SVM, _intercept_=np.zeros(1)), "SVC"),
        (lambda: replaced(SVM, _n_support=np.array([-1, 1, len(SVM.support_)], np.int32)), "SVC"),
        (lambda: replaced(SVM, _probA=np.zeros(1)), "SVC"),
        (lambda: replaced(SVM, kernel="precomputed"), "SVC"),
        (lambda: replaced(NEAR, _y=np.full(90, 7)), "KNeighborsClassifier"),
        (lambda: replaced(NEAR, _fit_X=np.zeros((90, 2))), "KNeighborsClassifier"),
        (lambda: replaced(NEAR, n_neighbors=91), "KNeighborsClassifier"),
        (lambda: replaced(NEAR, metric="seuclidean"), "KNeighborsClassifier"),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(content, named):
    sentence = refusal(content())
    assert f"the {named} in it uses what is not read, or its numbers contradict each other" in sentence


def test_histogram_trees_that_lead_out_of_themselves_are_refused():
    nodes = HISTOGRAMS._predictors[0][0].nodes.copy()
    nodes["left"][0] = 10**6

    def change(schema):
        predictor = next(s for s in states(schema, "ObjectNode") if s["__class__"] == "TreePredictor")
        predictor["content"]["content"]["nodes"]["file"] = "1.npy"

    assert "HistGradientBoostingClassifier" in refusal(edited(HISTOGRAMS, change, {"1.npy": array(nodes)}))


@pytest.mark.parametrize(
    "change", [("_n_features_outs", [1] * 6), ("categories_", [[1.0, 0.0]] * 6)], ids=["widths", "order"]
)
def test_encoders_that_write_beside_their_columns_are_refused(change):
    features, labels = rows()
    pipeline = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression())
    pipeline.fit(np.floor(features * 3), labels)

    def forge(schema):
        encoder = next(s for s in states(schema, "ObjectNode") if s["__class__"] == "OneHotEncoder")
        encoder["content"]["content"][change[0]] = literal(change[1])

    assert "OneHotEncoder" in refusal(edited(pipeline, forge))


def test_answers_drawn_at_random_are_refused():
    assert "DummyClassifier" in refusal(skops_io.dumps(DummyClassifier(strategy="uniform").fit(*rows())))


@pytest.mark.parametrize("name", ["predict_proba", "__class__", "__sklearn_tags__"])
def test_attributes_that_replace_what_a_class_defines_are_refused(name):
    def change(schema):
        attributes(schema)[name] = literal("x")
        schema["content"]["key_types"]["content"].append(described("builtins.str", "TypeNode"))

    assert f"the GaussianNB in it replaces its own {name!r}" in refusal(edited(MODEL, change))


def test_what_starts_processes_or_writes_is_taken_away():
    pipeline = make_pipeline(RandomForestClassifier(2, random_state=np.random.RandomState(0))).fit(*rows())
    pipeline.set_params(memory="/nowhere", verbose=True)
    pipeline.steps[0][1].set_params(n_jobs=64, verbose=3)
    network = load(spec(), skops_io.dumps(pipeline)).network
    forest = network._estimator.steps[0][1]
    assert (forest.n_jobs, forest.verbose, forest.random_state) == (1, 0, None)
    assert (network._estimator.memory, network._estimator.verbose) == (None, 0)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just(literal(3)),
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_a_schema_says_is_read_or_refused(data):
    def change(schema):
        described_objects = list(states(schema))
        state = data.draw(st.sampled_from(described_objects))
        state[data.draw(st.sampled_from(sorted(state)))] = data.draw(VALUES)

    content = edited(TREE, change)
    try:
        assert load(spec(), content).tier == "predictions"
    except Refused as refused:
        event(refused.sentence[:40])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_whatever_byte_is_changed_it_is_read_or_refused(place, value):
    content = bytearray(skops_io.dumps(TREE))
    content[place % len(content)] = value
    try:
        assert load(spec(), bytes(content)).tier == "predictions"
    except Refused as refused:
        event(refused.sentence[:40])
