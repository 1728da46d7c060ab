"""``tunespec init --modelfile``: a Modelfile that asks a model as it was trained, from the training template."""
