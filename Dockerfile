# One image for every service and job; docker-compose.yml and the Pulumi targets choose the command.
# Renovate keeps the tag and adds the digest.
FROM node:24.21.0-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app

# The manifests alone, so that a change of source does not install everything again.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete \
  && find . -type d -empty -delete

FROM base AS build
COPY --from=manifests /app ./
RUN npm ci --include=dev --ignore-scripts --no-fund --no-audit
COPY . .
RUN node_modules/.bin/nest build --all --parallel

FROM base AS dependencies
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --no-fund --no-audit && npm cache clean --force

FROM base
# Volumes take the owner of the folder they cover.
RUN install -d -o node -g node /var/lib/keelson /run/keelson
COPY --from=dependencies /app ./
COPY libs ./libs
COPY ops/src ./ops/src
COPY runbooks ./runbooks
COPY services/api/public ./services/api/public
COPY --from=build /app/dist ./dist
USER 1000:1000
EXPOSE 8080
CMD ["node", "dist/services/api/src/main.js"]
