"""What is left of a model that was made, trained and dropped: nothing."""

import gc
import weakref

from conftest import compile_quickly


def graphs():
    """Names of TensorFlow's graphs; on other backends there are none."""
    gc.collect()
    return [
        each.name
        for each in gc.get_objects()
        if type(each).__name__.endswith("FuncGraph")
    ]


def test_a_dropped_model_leaves_nothing(make_model, clauses):
    before = graphs()
    model = make_model(compiled=False)
    compile_quickly(model)
    model.fit(clauses[:100], batch_size=50, verbose=0)
    model.evaluate(clauses[:50], verbose=0)
    left = weakref.ref(model)
    del model
    gc.collect()
    assert left() is None
    assert graphs() == before
