"""A rendered person in a room, drawn with numpy and OpenCV, for samples and tests.

Signed distances become a mesh (`mesh`), the mesh follows the bones of a pose (`skin`), and a picture is one
shading pass over an id buffer (`picture`). `choreography` says who moves when; `workout` writes the film.
"""
