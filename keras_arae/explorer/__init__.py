"""The page behind `python -m keras_arae.explore`: a model to look around in.

`space.Space` is the model with what it is compared with, and the verbs of the
page; `server` lets a browser ask for them; `page/` is what the browser shows.
"""
