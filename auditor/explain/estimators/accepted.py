"""The closed list of types that a skops archive may name, each only with the loader that belongs to it."""

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.estimators.archive import Archive, State

_ESTIMATORS = """
calibration.CalibratedClassifierCV calibration._CalibratedClassifier calibration._SigmoidCalibration
calibration._TemperatureScaling isotonic.IsotonicRegression compose._column_transformer.ColumnTransformer
decomposition._pca.PCA decomposition._truncated_svd.TruncatedSVD discriminant_analysis.LinearDiscriminantAnalysis
discriminant_analysis.QuadraticDiscriminantAnalysis dummy.DummyClassifier ensemble._bagging.BaggingClassifier
ensemble._forest.ExtraTreesClassifier ensemble._forest.RandomForestClassifier ensemble._gb.GradientBoostingClassifier
ensemble._hist_gradient_boosting.binning._BinMapper ensemble._hist_gradient_boosting.predictor.TreePredictor
ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier
ensemble._stacking.StackingClassifier ensemble._voting.VotingClassifier ensemble._weight_boosting.AdaBoostClassifier
feature_selection._from_model.SelectFromModel feature_selection._variance_threshold.VarianceThreshold
impute._base.MissingIndicator impute._base.SimpleImputer impute._knn.KNNImputer
linear_model._logistic.LogisticRegression linear_model._logistic.LogisticRegressionCV
linear_model._stochastic_gradient.SGDClassifier multiclass.OneVsRestClassifier naive_bayes.BernoulliNB
naive_bayes.CategoricalNB naive_bayes.ComplementNB naive_bayes.GaussianNB naive_bayes.MultinomialNB
neighbors._classification.KNeighborsClassifier neural_network._multilayer_perceptron.MLPClassifier
neural_network._stochastic_optimizers.AdamOptimizer neural_network._stochastic_optimizers.SGDOptimizer
pipeline.FeatureUnion pipeline.Pipeline preprocessing._data.Binarizer preprocessing._data.MaxAbsScaler
preprocessing._data.MinMaxScaler preprocessing._data.Normalizer preprocessing._data.PowerTransformer
preprocessing._data.QuantileTransformer preprocessing._data.RobustScaler preprocessing._data.StandardScaler
preprocessing._discretization.KBinsDiscretizer preprocessing._encoders.OneHotEncoder
preprocessing._encoders.OrdinalEncoder preprocessing._label.LabelBinarizer preprocessing._label.LabelEncoder
preprocessing._polynomial.PolynomialFeatures svm._classes.NuSVC svm._classes.SVC
tree._classes.DecisionTreeClassifier tree._classes.DecisionTreeRegressor tree._classes.ExtraTreeClassifier
_loss.link.HalfLogitLink _loss.link.Interval _loss.link.LogitLink _loss.link.MultinomialLogit
_loss.loss.ExponentialLoss _loss.loss.HalfBinomialLoss _loss.loss.HalfMultinomialLoss
"""
_LOSSES = """
_loss._loss.CyExponentialLoss _loss._loss.CyHalfBinomialLoss _loss._loss.CyHalfMultinomialLoss
linear_model._sgd_fast.ModifiedHuber
"""
_NUMBERS = frozenset(
    f"numpy.{name}"
    for name in (
        "bool",
        "float32",
        "float64",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint32",
        "uint64",
        "str_",
    )
)


def _sklearn(names: str) -> frozenset[str]:
    return frozenset(f"sklearn.{name}" for name in names.split())


ACCEPTED: dict[str, frozenset[str]] = {
    "ObjectNode": _sklearn(_ESTIMATORS),
    "LossNode": _sklearn(_LOSSES),
    "TreeNode": _sklearn("tree._tree.Tree"),
    "DictNode": frozenset({"builtins.dict", "sklearn.utils._bunch.Bunch"}),
    "ListNode": frozenset({"builtins.list"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "SliceNode": frozenset({"builtins.slice"}),
    "JsonNode": frozenset({"builtins.str"}),
    "TypeNode": frozenset({"builtins.bool", "builtins.float", "builtins.int", "builtins.str"}) | _NUMBERS,
    "NdArrayNode": frozenset({"numpy.ndarray"}) | _NUMBERS,
    "DTypeNode": frozenset({"numpy.dtype"}),
    "RandomStateNode": frozenset({"numpy.random.mtrand.RandomState"}),
    "RandomGeneratorNode": frozenset({"numpy.random._generator.Generator"}),
}
TYPES = frozenset().union(*ACCEPTED.values())
_HINTS = {
    "FunctionTransformer": say("compute such columns before, in the rows"),
    "KDTree": say('fit the neighbours with algorithm="brute"'),
    "BallTree": say('fit the neighbours with algorithm="brute"'),
}


def check_types(archive: Archive) -> None:
    """Return if every type in an archive is accepted; raises Refused naming the first that is not.

    A dictionary needs a type for each key: skops leaves the others out, so that what was checked would not be there.
    """
    for state in archive.states():
        loader, module, kind = (state.get(f"__{key}__") for key in ("loader", "module", "class"))
        if not isinstance(loader, str) or f"{module}.{kind}" not in ACCEPTED.get(loader, ()):
            raise _unknown(archive.name, f"{module}.{kind}"[:120], str(loader)[:40], str(kind))
        if loader == "DictNode" and not _has_all_keys(state):
            raise Refused(
                say(
                    "%(name)s describes a dictionary without the types of its keys; save it again.",
                    name=archive.name,
                )
            )


def _has_all_keys(state: State) -> bool:
    kinds, content = state.get("key_types"), state.get("content")
    names = kinds.get("content") if isinstance(kinds, dict) else None
    return isinstance(names, list) and isinstance(content, dict) and len(names) == len(content)


def _unknown(name: str, found: str, loader: str, kind: str) -> Refused:
    hint = _HINTS.get(kind, say("save a classifier of scikit-learn that needs no code of its own"))
    return Refused(
        say(
            "%(name)s holds %(found)s (%(loader)s), which is not among the scikit-learn types that "
            "are read; %(hint)s.",
            name=name,
            found=found,
            loader=loader,
            hint=hint,
        )
    )
