# everything CI runs, in this order
check: lint types arch test

lint:
    .venv/bin/ruff format --check .
    .venv/bin/ruff check .

types:
    .venv/bin/mypy

arch:
    .venv/bin/lint-imports

test *args:
    .venv/bin/pytest {{args}}

# signatures and simulator judged by clients that others wrote, in an environment of their own
oracle:
    .ci/oracle

# rewrite config.yaml and the generated parts of the documentation (pytest refuses stale ones)
docs:
    .venv/bin/python docs/generate.py
    .venv/bin/python docs/screens.py
    .venv/bin/cog -rP -I docs README.md docs/*.md

# measure, in one table; docs/performance.md says what is held to what (matching has its own: bench/match_*.py)
bench *names:
    .venv/bin/python bench/all.py {{names}}

# the built wheel alone, without development packages: does it start, and does it scan the simulated venues?
smoke:
    rm -rf dist .smoke
    .venv/bin/python -m build --quiet --no-isolation --wheel
    python3.11 -m venv .smoke
    .smoke/bin/pip install -q -r .ci/lock/run.txt
    .smoke/bin/pip install -q --no-deps dist/arbkit-*.whl
    cd .smoke && bin/arbkit --version && bin/arbkit run --sim --home "$PWD/home"

# a release of the version in arbkit/__init__.py: nothing may be uncommitted, everything is checked, then tag and build
release: _releasable check smoke
    rm -rf dist
    .venv/bin/python -m build --quiet --no-isolation
    git tag -a "v$(.venv/bin/python -c 'import arbkit; print(arbkit.__version__)')" -m "arbkit $(.venv/bin/python -c 'import arbkit; print(arbkit.__version__)')"
    ls -l dist

_releasable:
    test -z "$(git status --porcelain)" || { git status --short; echo "commit this first"; exit 1; }
    grep "^## $(.venv/bin/python -c 'import arbkit; print(arbkit.__version__)') - " docs/CHANGELOG.md || { echo "docs/CHANGELOG.md: write the day of this version, as ## X.Y.Z - YYYY-MM-DD"; exit 1; }
    test -z "$(git tag -l "v$(.venv/bin/python -c 'import arbkit; print(arbkit.__version__)')")" || { echo "this version is tagged already: raise it in arbkit/__init__.py"; exit 1; }
