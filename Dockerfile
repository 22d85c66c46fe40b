# docker build -t hopverify . && docker run --rm -v "$PWD/specs:/work" hopverify verify relu-pair.yaml
FROM python:3.12-slim AS build
COPY . /src
RUN pip wheel --no-cache-dir --wheel-dir /wheels /src

FROM python:3.12-slim
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels pip install --no-cache-dir /wheels/*.whl
RUN useradd --create-home verifier
USER verifier
WORKDIR /work
ENTRYPOINT ["hopverify"]
