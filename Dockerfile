# The service. From the top folder: docker image build -t envelope-ledger .

FROM node:22-bookworm-slim AS sources
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/embedded-mongo/package.json packages/embedded-mongo/
COPY packages/embedded-mongo/bin packages/embedded-mongo/bin

FROM sources AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.base.json ./
COPY packages/embedded-mongo packages/embedded-mongo
COPY src src
RUN npm run build

# What the built service needs beside itself. No package's install script runs, here or above.
FROM sources AS dependencies
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
WORKDIR /app
# For the embedded engine, where no DB_CONNECTION_STRING is given: mount a volume there.
RUN install --directory --owner=node --group=node --mode=700 /data
COPY --from=dependencies /app ./
COPY --from=build /app/packages/embedded-mongo/dist packages/embedded-mongo/dist
COPY --from=build /app/dist dist
USER node
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that SIGTERM reaches it. Started as `npm start` does it.
CMD ["node", "--enable-source-maps", "--max-semi-space-size=32", "--no-allocation-site-pretenuring", "dist/main.js"]
