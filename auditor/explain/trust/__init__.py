"""Does an explanation deserve belief: faithfulness, sanity, stability, agreement and localisation of maps."""
