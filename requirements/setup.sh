#!/bin/sh
# Sets a checkout up: system libraries, a virtual environment, torch, then everything else.
# usage: requirements/setup.sh [dev]      "dev" adds what the tests and the linters need
# TORCH_PIP_ARGS: extra arguments for installing torch, such as an index that has its CPU build
# RETRACE_SKIP_SYSTEM=1: do not look at system packages (not Debian, or installed another way)
set -eu

cd "$(dirname "$0")/.."
kind=${1:-run}
lists=requirements/system.txt
target=.
inputs="requirements/setup.sh requirements/constraints.txt pyproject.toml"
if [ "$kind" = dev ]; then
    lists="$lists requirements/system-dev.txt"
    target=".[dev]"
fi

say() { printf '%s\n' "setup: $*"; }
fail() { printf '%s\n' "setup: $*" >&2; exit 1; }
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
stamped() { [ -f ".venv/.setup-$1" ] && [ "$(cat ".venv/.setup-$1")" = "$2" ]; }
stamp() { printf '%s\n' "$2" > ".venv/.setup-$1"; }

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing_packages() {
    # shellcheck disable=SC2086
    for package in $(sed 's/#.*//' $lists); do
        installed "$package" || printf '%s ' "$package"
    done
    python3.11 -c 'import ensurepip, venv' 2>/dev/null || [ -x .venv/bin/python ] || printf 'python3.11-venv '
}

install_packages() {
    # A package that starts its own server would be in nobody's interest: ours are private to the checkout.
    export DEBIAN_FRONTEND=noninteractive
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        trap 'exit 1' INT TERM
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod 755 "$policy"
    fi
    apt-get install -y -qq --no-install-recommends "$@" > "$log" 2>&1 && return
    apt-get update -qq > "$log" 2>&1 || fail "apt-get update failed: $(tail -n 1 "$log")"
    apt-get install -y -qq --no-install-recommends "$@" > "$log" 2>&1 ||
        fail "apt-get could not install $*: $(tail -n 1 "$log")"
}

system() {
    [ "${RETRACE_SKIP_SYSTEM:-0}" = 1 ] && return
    command -v dpkg-query > /dev/null || fail "this is not Debian; install the like of $(sed 's/ *#.*//' $lists |
        tr '\n' ' ')and call again with RETRACE_SKIP_SYSTEM=1."
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    [ "$(id -u)" = 0 ] || fail "system packages are missing; as root: apt-get install -y $missing"
    say "installing system packages: $missing"
    log=$(mktemp)
    # shellcheck disable=SC2086
    (install_packages $missing)
    rm -f "$log"
}

environment() {
    [ -x .venv/bin/python ] && return
    command -v python3.11 > /dev/null || fail "Python 3.11 is missing; install it and call again."
    say "creating .venv"
    rm -rf .venv
    python3.11 -m venv .venv
}

packages() {
    say "installing torch, the largest part (TORCH_PIP_ARGS names another index, such as that of its CPU builds)"
    # Before everything else, so that nothing pulls in another build of it.
    # shellcheck disable=SC2086
    $pip -c requirements/constraints.txt torch==2.13.0 ${TORCH_PIP_ARGS:-} || fail "torch could not be installed."
    say "installing Python packages ($kind)"
    $pip -c requirements/constraints.txt -e "$target" || fail "the Python packages could not be installed."
    [ "$kind" = dev ] || return 0
    # A peer for the tests of LRP. Its own requirements name torchvision, which would replace torch.
    $pip --no-deps zennit==0.5.1 || fail "zennit could not be installed."
}

pip=".venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check"
# shellcheck disable=SC2086
want=$(digest $inputs $lists)
stamped "$kind" "$want" && exit 0
# shellcheck disable=SC2086
[ "$kind" = run ] && stamped dev "$(digest $inputs $lists requirements/system-dev.txt)" && exit 0
system
environment
packages
stamp "$kind" "$want"
say "ready"
