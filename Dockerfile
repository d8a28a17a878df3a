# syntax=docker/dockerfile:1
FROM node:24-alpine AS build
WORKDIR /brokerform
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.mjs scripts/join-chunks.mjs scripts/
COPY schema schema
COPY examples/ci examples/ci
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-alpine
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="brokerform" \
      org.opencontainers.image.description="Topology-as-code for RabbitMQ, Kafka and NATS JetStream" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# diff reads revisions from git. A checkout that is mounted belongs to whoever made it, and git would refuse it; any
# version of git that Alpine has will do.
# hadolint ignore=DL3018
RUN apk add --no-cache git && git config --system safe.directory '*'
WORKDIR /opt/brokerform
COPY --from=build /brokerform/package.json ./
COPY --from=build /brokerform/node_modules node_modules
COPY --from=build /brokerform/schema schema
COPY --from=build /brokerform/examples/ci examples/ci
COPY --from=build /brokerform/dist dist
RUN ln -s /opt/brokerform/dist/cli/main.js /usr/local/bin/brokerform
# The image's user "node", by number: Kubernetes can tell of a number only that it is not root.
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["brokerform"]
CMD ["--help"]
