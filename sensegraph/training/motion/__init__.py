"""Synthetic human motion: bodies, exercises, everyday movements, a camera, and labelled windows."""
