# One image for the API, the sync, the migrations and the simulator; the command says which. It holds the built code and
# the dependencies it runs with, nothing to build or test with, and runs as `node` on a read-only root file system.

FROM node:24.21.0-trixie-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY apps apps
COPY libs libs
COPY migrations migrations
# The demo starts servers of its own, which takes packages that are not in the image.
RUN npm run build:web && npx nest build && rm -rf dist/apps/demo dist/libs/embedded

FROM node:24.21.0-trixie-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/apps/web/dist apps/web/dist
# Its `imports` say where `#libs/…` is.
COPY package.json LICENSE ./
COPY migrations/sql migrations/sql
USER node
EXPOSE 8080
CMD ["node", "dist/apps/api/src/main.js"]
