"""scikit-learn models answer as the estimators they were saved from, or are refused in a sentence."""

import numpy as np
import pytest
import torch
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from skops import io as skops_io

from auditor.common.errors import Refused
from auditor.explain.globals.importance import importance
from auditor.explain.model import load
from auditor.explain.runner import explain_shard
from auditor.explain.spec import ModelSpec
from tests.explain import toys
from tests.explain.skops_toys import attributes, edited, literal, rows, spec
from tests.explain.test_table_runs import PLAN, TABLE, made
from tests.explain.test_table_runs import rows as table_rows

COLUMNS = ColumnTransformer(
    [
        ("scaled", StandardScaler(), [0, 1]),
        ("imputed", make_pipeline(SimpleImputer(add_indicator=True), MinMaxScaler()), slice(2, 4)),
        ("hot", OneHotEncoder(handle_unknown="ignore", max_categories=5, drop="first"), [4]),
        ("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), [5]),
    ],
)
ESTIMATORS = {
    "logistic regression": LogisticRegression(),
    "gradient descent": SGDClassifier(loss="modified_huber", random_state=0),
    "tree": DecisionTreeClassifier(),
    "forest": RandomForestClassifier(4, random_state=np.random.RandomState(1), n_jobs=2),
    "extra trees": ExtraTreesClassifier(4),
    "boosting": GradientBoostingClassifier(n_estimators=3),
    "boosting from zero": GradientBoostingClassifier(n_estimators=3, init="zero"),
    "boosting with histograms": HistGradientBoostingClassifier(max_iter=3),
    "boosting by weights": AdaBoostClassifier(n_estimators=3),
    "bagging": BaggingClassifier(n_estimators=3),
    "voting": VotingClassifier([("l", LogisticRegression()), ("n", GaussianNB())], voting="soft"),
    "stacking": StackingClassifier([("l", LogisticRegression()), ("n", GaussianNB())], cv=2),
    "one against the rest": OneVsRestClassifier(LogisticRegression()),
    "support vectors": SVC(probability=True),
    "neighbours": KNeighborsClassifier(algorithm="brute"),
    "neighbours by distance": KNeighborsClassifier(algorithm="brute", weights="distance", p=1),
    "naive Bayes": GaussianNB(),
    "naive Bayes of counts": MultinomialNB(),
    "naive Bayes of signs": BernoulliNB(binarize=0.5),
    "naive Bayes of complements": ComplementNB(),
    "naive Bayes of bins": make_pipeline(KBinsDiscretizer(3, encode="ordinal"), CategoricalNB()),
    "multi-layer perceptron": MLPClassifier((5,), max_iter=20),
    "linear discriminants": LinearDiscriminantAnalysis(),
    "quadratic discriminants": QuadraticDiscriminantAnalysis(reg_param=0.1),
    "calibrated sigmoid": CalibratedClassifierCV(LogisticRegression(), cv=2),
    "calibrated isotonic": CalibratedClassifierCV(GaussianNB(), method="isotonic", cv=2),
    "calibrated temperature": CalibratedClassifierCV(GaussianNB(), method="temperature", cv=2),
    "columns": make_pipeline(COLUMNS, PCA(3), LogisticRegression()),
    "transformers": make_pipeline(
        KNNImputer(),
        RobustScaler(),
        MaxAbsScaler(),
        PowerTransformer(),
        QuantileTransformer(n_quantiles=5),
        PolynomialFeatures(2),
        LogisticRegression(),
    ),
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ESTIMATORS)
def test_probabilities_are_the_estimators(name):
    features, labels = rows()
    features[:, 4:] = np.floor(features[:, 4:] * 8)
    estimator = ESTIMATORS[name].fit(features, labels)
    found = load(spec(), skops_io.dumps(estimator))
    assert (
        np.abs(found.probabilities(torch.tensor(features)).numpy() - estimator.predict_proba(features)).max()
        < 1e-6
    )
    assert found.tier == "predictions"
    assert found.parameters > 0


def test_missing_numbers_reach_a_model_that_reads_them():
    features, labels = rows()
    features[::3, 0] = np.nan
    estimator = HistGradientBoostingClassifier(max_iter=3).fit(features, labels)
    found = load(spec(), skops_io.dumps(estimator)).probabilities(torch.tensor(features)).numpy()
    assert np.abs(found - estimator.predict_proba(features)).max() < 1e-6


@pytest.mark.parametrize("labels", [[0, 1], [False, True], [0.0, 1.0]])
def test_classes_may_be_the_numbers_from_zero(labels):
    features, names = rows(classes=2)
    estimator = GaussianNB().fit(features, np.array(labels)[(names == "b").astype(int)])
    assert load(spec(("a", "b")), skops_io.dumps(estimator)).classes == ("a", "b")


def refusal(estimator, **more) -> str:
    with pytest.raises(Refused) as refused:
        load(spec(**more), estimator if isinstance(estimator, bytes) else skops_io.dumps(estimator))
    assert "\n" not in refused.value.sentence
    return refused.value.sentence


def test_classes_in_another_order_are_refused_naming_both():
    sentence = refusal(GaussianNB().fit(*rows()), classes=("b", "a", "c"))
    assert "model.skops has the classes a, b, c and model.json b, a, c" in sentence
    assert "has the classes 1, 2 and model.json a, b" in refusal(
        GaussianNB().fit(rows()[0], 1 + np.arange(90) % 2), classes=("a", "b")
    )


def test_another_number_of_columns_is_refused():
    assert "for 6 numbers a row and the columns in model.json make 4" in refusal(
        GaussianNB().fit(*rows()), columns=4
    )


def test_columns_in_another_order_than_the_fit_are_refused():
    estimator = GaussianNB().fit(*rows())
    estimator.feature_names_in_ = np.array(["x0", "x2", "x1", "x3", "x4", "x5"], dtype=object)
    assert "was fitted with 'x2' as column 2 and model.json has 'x1' there" in refusal(estimator)
    estimator.feature_names_in_ = np.array([f"other {i}" for i in range(6)], dtype=object)
    assert load(spec(), skops_io.dumps(estimator)).parameters > 0


def test_a_model_without_probabilities_is_refused():
    features, labels = rows()
    for estimator in (LinearSVC(), SVC(), StandardScaler()):
        if isinstance(estimator, LinearSVC):
            assert "LinearSVC (ObjectNode), which is not among" in refusal(estimator.fit(features, labels))
        else:
            assert "that gives no probabilities" in refusal(estimator.fit(features, labels))


def test_a_model_that_was_never_fitted_is_refused():
    assert "cannot be read as a scikit-learn model" in refusal(GaussianNB())


def test_another_version_of_scikit_learn_is_refused_naming_both():
    import sklearn

    def older(schema):
        attributes(schema)["_sklearn_version"] = literal("1.2.1")

    sentence = refusal(edited(GaussianNB().fit(*rows()), older))
    assert f"was made with scikit-learn 1.2.1 and {sklearn.__version__} is installed" in sentence


def test_another_format_of_skops_is_refused():
    def older(schema):
        schema |= {"protocol": 0, "_skops_version": "0.5.0"}

    assert "was written by skops 0.5.0" in refusal(edited(GaussianNB().fit(*rows()), older))


def test_trees_of_neighbours_are_refused_with_what_would_be_read():
    assert 'fit the neighbours with algorithm="brute"' in refusal(
        KNeighborsClassifier(algorithm="kd_tree").fit(*rows())
    )


def test_functions_are_refused_also_where_skops_trusts_them():
    estimator = make_pipeline(FunctionTransformer(np.log1p), GaussianNB()).fit(*rows())
    assert skops_io.get_untrusted_types(data=skops_io.dumps(estimator)) == []
    assert "FunctionTransformer (ObjectNode), which is not among" in refusal(estimator)


def test_the_description_gives_a_table_and_probabilities():
    described = spec().model_dump(mode="json", by_alias=True)
    image = {"channels": 1, "height": 8, "width": 8, "mean": [0.0], "std": [1.0]}
    for wrong in ({"input": image}, {"output": {"classes": ["a", "b"], "activation": "softmax"}}):
        with pytest.raises(ValueError, match="skops models take rows and give probabilities"):
            type(spec()).model_validate(described | wrong)


def test_a_shard_of_rows_is_explained_and_the_column_that_decides_is_found(tmp_path):
    described = toys.spec().model_dump(mode="json", by_alias=True) | {
        "format": "skops",
        "architecture": "",
        "config": {},
        "weights": "model.skops",
        "input": TABLE.model_dump(mode="json"),
        "output": {"classes": toys.CLASSES, "activation": "none"},
    }
    _, items, store, _ = made(tmp_path, table_rows())
    features = torch.stack([items.given(index) for index in range(len(items))]).numpy()
    labels = np.array(toys.CLASSES)[(features[:, 0] > 120).astype(int)]
    forest = RandomForestClassifier(20, random_state=0).fit(features, labels)
    model = load(ModelSpec.model_validate(described), skops_io.dumps(forest))
    result = explain_shard(model, items, PLAN, 0, store.put)
    assert set(result.items[0].maps) == {"occlusion", "kernel_shap"}
    found = {region.name: region.flips.value for region in importance(result.items, result.regions, PLAN)}
    assert found["pressure"] > 0.9 > 0.1 > max(found["ward"], found["idle"])
    assert (
        np.abs(model.probabilities(torch.tensor(features)).numpy() - forest.predict_proba(features)).max()
        < 1e-6
    )
