# syntax=docker/dockerfile:1
#
#   docker build --target majibu  -t majibu:0.4.0 .
#   docker build --target sandbox -t majibu-sandbox:0.4.0 .
#
# Tags are pinned; for a build that can be repeated to the byte, add the digests that your registry
# shows (rust:1.95.0-bookworm@sha256:...).

ARG RUST_IMAGE=rust:1.95.0-bookworm
ARG RUNTIME_IMAGE=debian:12.12-slim

# --- The dependencies: a layer of its own, rebuilt when a manifest or the lock file changes. -------
FROM ${RUST_IMAGE} AS dependencies
WORKDIR /build
# Symbols stay for backtraces, the rest of the debug information goes.
ENV CARGO_PROFILE_RELEASE_STRIP=debuginfo
COPY Cargo.toml Cargo.lock ./
COPY sandbox/Cargo.toml sandbox/Cargo.toml
# Empty crates in place of ours. What was built of them is thrown away in the same step: cargo goes
# by the times of files, and a source that is older than this layer would count as built.
RUN mkdir src sandbox/src \
    && echo 'fn main() {}' | tee src/main.rs sandbox/src/main.rs > build.rs \
    && touch src/lib.rs sandbox/src/lib.rs \
    && cargo build --release --locked --bin majibu \
    && cargo clean --release --locked -p majibu -p sandbox \
    && rm -r src sandbox/src build.rs

# --- The service. ----------------------------------------------------------------------------------
FROM dependencies AS build
COPY build.rs ./
COPY migrations migrations
# The console says what each setting means, in the words of this page.
COPY docs/configuration.md docs/configuration.md
COPY menus menus
COPY src src
RUN mkdir sandbox/src && echo 'fn main() {}' > sandbox/src/main.rs && touch sandbox/src/lib.rs \
    && cargo build --release --locked --bin majibu

# --- The simulator; only the target `sandbox` needs it. --------------------------------------------
FROM build AS build-sandbox
COPY sandbox sandbox
RUN touch sandbox/src/main.rs sandbox/src/lib.rs \
    && cargo build --release --locked -p sandbox --bin sandbox

# --- What both images have in common. --------------------------------------------------------------
FROM ${RUNTIME_IMAGE} AS runtime
# The providers are reached by TLS, and rustls takes the machine's authorities: without this file no
# command starts ("No CA certificates were loaded from the system").
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --chmod=0755 ops/http-ok /usr/local/bin/http-ok
RUN groupadd --gid 10001 majibu \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/majibu \
        --shell /usr/sbin/nologin majibu \
    && install --directory --owner=10001 --group=10001 --mode=0750 /var/lib/majibu
# For a SQLite database, where there is one; with PostgreSQL nothing is written.
WORKDIR /var/lib/majibu
USER 10001:10001
STOPSIGNAL SIGTERM

FROM runtime AS sandbox
LABEL org.opencontainers.image.title="majibu-sandbox" \
    org.opencontainers.image.description="Africa's Talking and Daraja simulated, with phones in a web page" \
    org.opencontainers.image.licenses="MIT"
COPY --from=build-sandbox /build/target/release/sandbox /usr/local/bin/sandbox
EXPOSE 8081
HEALTHCHECK --interval=10s --timeout=10s --start-period=10s --retries=3 \
    CMD ["http-ok", "8081", "/"]
ENTRYPOINT ["/usr/local/bin/sandbox"]
CMD ["--listen", "0.0.0.0:8081"]

# --- The service's image: the last stage is the one that is built where no target is named. --------
FROM runtime AS majibu
LABEL org.opencontainers.image.title="majibu" \
    org.opencontainers.image.description="A real-money quiz for feature phones: USSD, M-Pesa and SMS" \
    org.opencontainers.image.licenses="MIT"
# Menus and migrations are inside the binary.
COPY menus/questions.csv /usr/share/majibu/questions.csv
COPY LICENSE /usr/share/doc/majibu/LICENSE
COPY --from=build /build/target/release/majibu /usr/local/bin/majibu
ENV MAJIBU__HTTP__LISTEN=0.0.0.0:8080
EXPOSE 8080
# For `serve`. Alive only: a container that is restarted because Redis is away helps nobody. `work`
# and the commands have no HTTP; where they run, this check is switched off.
HEALTHCHECK --interval=10s --timeout=10s --start-period=10s --retries=3 \
    CMD ["http-ok", "8080", "/healthz"]
ENTRYPOINT ["/usr/local/bin/majibu"]
CMD ["serve"]
