"""Settings of all tests."""

from hypothesis import settings

# A deadline would make a busy machine fail; figures of speed live in benchmarks/.
settings.register_profile("sensegraph", deadline=None)
settings.load_profile("sensegraph")
