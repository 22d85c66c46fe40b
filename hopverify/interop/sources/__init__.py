"""Sources of models, one a file, each with the constant ``SOURCE`` (:mod:`hopverify.interop.source`)."""
