"""The condition language of the clinical data files: small, readable, three-valued.

A condition is written as in ``vitals.map_mmhg < limit.map_low or supports.vasopressor_new``:

- a dotted path names an input field or a fact that the engine works out; a bare path is a yes/no;
- a bare name is a definition, a set of codes, or (beside ``==``, ``in``) a code;
- ``limit.x`` is a number of the hospital's profile;
- ``and``, ``or``, ``not``, ``== != < <= > >=``, ``code in path``, ``path in {codes}``, ``a - b``;
- ``at_least(n, a, b, ...)``, ``overlaps(path, codes)``, ``any_lesion(x)``, ``every_lesion(x)``;
- ``known(path)`` asks whether a value was given; ``reported(x)`` and ``stated(x)`` count unknown as
  not so, and only the first lists what could change it as missing.
"""
