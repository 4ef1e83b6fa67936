# SPDX-License-Identifier: Apache-2.0
# The product's image for those who have Docker: docker build -t stellaops.local/stellaops:dev .
# The same tree as `node hack/run.mjs hack/images/main.ts product` makes without Docker, from the same code.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node_modules/.bin/node hack/run.mjs hack/images/main.ts layers /layers \
 && mkdir /runtime /app \
 && tar -xpf /layers/runtime.tar -C /runtime \
 && tar -xpf /layers/app.tar -C /app

FROM scratch AS root
COPY --from=build /runtime/ /
COPY --from=build --chown=65532:65532 /runtime/data /data
COPY --from=build /app/ /
ENV PATH=/usr/local/bin NODE_ENV=production HOME=/tmp

# BuildKit's SBOM generator (docs/build-time.md): docker build --target sbom-indexer -t stellaops/sbom-indexer .
FROM root AS sbom-indexer
ENTRYPOINT ["/usr/local/bin/node", "/app/stella.js", "sbom-generator"]

FROM root
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/stella.js"]
