# SPDX-License-Identifier: Apache-2.0
# The product's image for those who have Docker: docker build -t stellaops.local/stellaops:dev .
# The same tree as `node hack/images/main.ts product` makes without Docker, from the same code.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node_modules/.bin/node hack/images/main.ts layers /layers \
 && mkdir /runtime /app \
 && tar -xpf /layers/runtime.tar -C /runtime \
 && tar -xpf /layers/app.tar -C /app

FROM scratch
COPY --from=build /runtime/ /
COPY --from=build --chown=65532:65532 /runtime/data /data
COPY --from=build /app/ /
ENV PATH=/usr/local/bin NODE_ENV=production HOME=/tmp
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/node", "/app/stella.js"]
