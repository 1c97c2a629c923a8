"""scikit-learn estimators from skops archives: judged as data, member by member, before anything is constructed."""
