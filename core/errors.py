"""Every error this project raises on purpose.

HaicError
├── InputError      bad input: one sentence, shown to the user, exit status 2
│   └── NoLiverError    the images hold no liver the segmenter can find
├── WorkerError     a worker process ended, or none could be started; the same work may succeed another time
└── ArtefactError   shipped or trained weights are missing, damaged or of the wrong kind: stops the app

Texts name the role and position, what was expected and the kind of what came; they echo numbers but never text values,
tag contents or file names, which may hold a patient's name.
"""


class HaicError(Exception):
    """Base of all errors raised on purpose."""


class InputError(HaicError):
    """Input that cannot be used; the message is one sentence for the user."""


class NoLiverError(InputError):
    """No liver was found in the images."""


class WorkerError(HaicError):
    """A worker process ended before its work was done, or none could be started."""


class ArtefactError(HaicError):
    """An artefact (weights, card, manifest) is missing, damaged or does not fit this version."""
