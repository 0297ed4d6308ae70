# The page in a container: `docker build -t pinacoteca .`, then, as strictly as it can be run,
#
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:7860:7860 pinacoteca
#
# It needs no home, no root, no shared memory and no folder to write to but /tmp. Put pictures under
# /pictures and name them: `-v DIR:/pictures:ro -e PINACOTECA_PICTURES=/pictures`. Training in a
# container wants `--shm-size=2g`. docs/serving-samples.md has the rest.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /pinacoteca
COPY requirements-demo.lock requirements-demo.txt pyproject.toml LICENSE README.md ./
COPY pinacoteca pinacoteca
# Without PyTorch, which the page does not need.
RUN pip install --require-hashes -r requirements-demo.lock && pip install --no-deps -e .
COPY demo demo
COPY model model
COPY gallery gallery

# The one folder that may be written to.
ENV HOME=/tmp
# Where the page listens, keeps uploads, and would keep the pictures that it fetched.
ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    GRADIO_TEMP_DIR=$HOME/uploads \
    XDG_CACHE_HOME=$HOME/cache \
    MPLCONFIGDIR=$HOME/matplotlib

USER 10001:10001
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['GRADIO_SERVER_PORT'], timeout=4)"]
# The page ends within seconds when it is told to, and takes its uploads along.
STOPSIGNAL SIGTERM
CMD ["python", "demo/app.py"]
