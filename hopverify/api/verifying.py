"""``verify`` for programs and notebooks: any form of a spec, and a bar while it runs."""

from __future__ import annotations

from functools import partial

from hopverify.api.given import SpecLike, spec_of
from hopverify.certificate import Certificate
from hopverify.errors import ArgumentError
from hopverify.execution.events import Event, Watch, unseen
from hopverify.pipeline import verify as verify_spec


def verify(
    spec: SpecLike,
    *,
    samples: int = 2000,
    boxes: int = 400_000,
    seed: int = 0,
    timeout: float = float("inf"),
    jobs: int = 1,
    dask: str | None = None,
    progress: bool = False,
    watch: Watch = unseen,
) -> Certificate:
    """Return the certificate of a spec: each of its checks decided, with evidence that the checker has accepted.

    ``samples`` bounds the random search for witnesses, ``boxes`` the enumeration of equilibria, ``timeout`` (seconds)
    the whole run; ``seed`` is that of the searches. Obligations are discharged in ``jobs`` processes, or by the cluster
    whose scheduler has the address ``dask``; the certificate is the same. With ``progress`` a bar shows how far it is,
    on a terminal or in a notebook. ``watch`` hears the events of docs/cli.md.

    When the time is up, or on KeyboardInterrupt, the claims not yet decided are unknown. Raises :class:`SpecError` for
    a wrong spec, :class:`ArgumentError` for an argument of a wrong kind.

    >>> from hopverify import verify
    >>> certificate = verify("hopverify: 1\\nname: tiny\\nlayers: {x: {size: 2, lagrangian: tanh}}")
    >>> certificate.verdict, certificate["global_stability"].rules
    (<Verdict.PASS: 'pass'>, ('kernel (global stability, by T16)',))
    """
    given = spec_of(spec)
    if type(jobs) is not int or jobs < 1:
        raise ArgumentError(f"jobs: a whole number from 1 is taken, got {jobs!r}")
    run = partial(verify_spec, given, samples=samples, boxes=boxes, seed=seed, timeout=timeout, jobs=jobs, dask=dask)
    if not progress:
        return run(watch=watch)
    from hopverify.reporting.progress import bar
    from hopverify.reporting.steps import Steps

    with bar(1) as shown:
        steps = Steps(shown, 1)

        def see(event: Event) -> None:
            steps.see(event)
            watch(event)

        return run(watch=see)
