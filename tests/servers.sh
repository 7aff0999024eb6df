# Throwaway servers for what needs some: PostgreSQL and Redis on free ports in a temporary folder, so that
# nobody's data is touched. They are installed with the system's package manager where they are missing
# and it lets us. To be sourced; everything ends and goes with the shell.
#
# Sets $work, the folder. POSTGRES_OPTIONS are given to the PostgreSQL server.

work=$(mktemp -d)
started=()
stop_postgres=(true)
stop_servers() {
    "${stop_postgres[@]}" >/dev/null 2>&1 || true
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap stop_servers EXIT

give_up() {
    echo "${0##*/}: $1" >&2
    exit 2
}

# install COMMAND PACKAGE...: makes a command available, or gives up.
install() {
    local command=$1
    shift
    command -v "$command" >/dev/null && return
    command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || give_up "$command is missing; install $*"
    echo "${0##*/}: installing $*" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; } >"$work/apt.log" 2>&1 ||
        { cat "$work/apt.log" >&2; give_up "$* could not be installed"; }
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 20000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# wait_for WHAT COMMAND...: until the command works, for 30 seconds at most.
wait_for() {
    local what=$1 tries=0
    shift
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || give_up "$what did not start; see above"
        sleep 0.1
    done
}

start_postgres() {
    local bin port user=()
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
    if [ -z "$bin" ]; then
        # Debian keeps the server's programs out of PATH.
        install initdb postgresql postgresql-client
        bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
    fi
    if [ -n "$bin" ]; then PATH="$bin:$PATH"; fi
    command -v initdb >/dev/null || give_up "PostgreSQL is missing; install postgresql"
    port=$(free_port)
    mkdir "$work/postgres"
    chmod 755 "$work"
    # PostgreSQL refuses to run as root.
    if [ "$(id -u)" = 0 ]; then
        local name=postgres
        id "$name" >/dev/null 2>&1 || name=nobody
        chown "$name" "$work/postgres"
        user=(setpriv --reuid="$name" --regid="$(id -g "$name")" --clear-groups env HOME="$work/postgres")
    fi
    "${user[@]}" initdb -D "$work/postgres/data" -U postgres -A trust >"$work/initdb.log" 2>&1 ||
        { cat "$work/initdb.log" >&2; give_up "initdb failed"; }
    local options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/postgres"
    options="$options -c max_connections=500 ${POSTGRES_OPTIONS:-}"
    local ctl=("${user[@]}" pg_ctl -D "$work/postgres/data" -l "$work/postgres/log" -w -m immediate)
    stop_postgres=("${ctl[@]}" stop)
    "${ctl[@]}" -o "$options" start >"$work/pg_ctl.log" 2>&1 ||
        { cat "$work/pg_ctl.log" "$work/postgres/log" >&2; give_up "PostgreSQL did not start"; }
    wait_for PostgreSQL pg_isready -h 127.0.0.1 -p "$port" -U postgres
    export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
}

start_redis() {
    install redis-server redis-server
    local port
    port=$(free_port)
    redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no --dir "$work" \
        >"$work/redis.log" 2>&1 &
    started+=($!)
    wait_for Redis redis-cli -h 127.0.0.1 -p "$port" ping
    export TEST_REDIS_URL="redis://127.0.0.1:$port"
}
