# syntax=docker/dockerfile:1
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /app
COPY requirements/ requirements/
# Node is for this stage only.
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements/boot.txt \
    && /tools/bin/uv pip sync --no-cache --require-hashes --python /tools/bin/python \
        requirements/boot.txt requirements/node.txt \
    && python -m venv --without-pip /venv \
    && /tools/bin/uv pip sync --no-cache --compile-bytecode --require-hashes \
        --python /venv/bin/python requirements/app.txt
COPY package.json package-lock.json .npmrc ./
RUN PATH=/tools/bin:$PATH npm ci --omit=dev
COPY . .
# Collecting the static files needs settings, none of which leads anywhere.
RUN python -m dev.frontend \
    && echo unused > /tmp/unused \
    && DJANGO_SECRET_KEY_FILE=/tmp/unused KMS_ROOT_KEY_FILE=/tmp/unused \
       DATABASE_URL=postgresql:/// KEYS_DATABASE_URL=postgresql:/// \
       VALKEY_URL=redis:// CELERY_BROKER_URL=redis:// \
       /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r dev requirements node_modules package.json package-lock.json .npmrc \
    && /venv/bin/python -m compileall -q .

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home sealpost \
    && install -d -m 700 -o 10001 /var/lib/sealpost/journal /backups
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SEALPOST_ENV=production \
    OPENSSL_CONF=/app/config/openssl.cnf
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "config.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", "--no-control-socket", "--logger-class=config.server_log.ServerLog"]
