"""What a cohort says: a centre's own Cox nomogram, a nomogram on new patients, the paper's figures reproduced."""
