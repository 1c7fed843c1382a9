"""A rendered person in a room, drawn with numpy and OpenCV, for samples and tests.

Signed distances become a mesh (`mesh`), stretched to a `build`; the mesh follows the bones of a pose (`skin`), and a
picture is one shading pass over an id buffer (`picture`). A `look` says who is where. `film` draws any motion;
`routine` and `screen` make a film of exercises with its truth, `closeup` one of gestures; `choreography` and `workout`
make the sample film, `gesture_sample` that of gestures.
"""
