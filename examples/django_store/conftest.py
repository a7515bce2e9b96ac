"""Set Django up before pytest looks into the modules of this folder: models cannot be imported without."""

from examples.django_store.standalone import setup

setup()
