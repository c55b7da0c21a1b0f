# Read by deploy/run and tests/run: what a fresh machine lacks, and the Release build of the three programs.
# shellcheck shell=bash

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# No build server stays behind when the command that needed it has ended.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# Runs a long step so that a signal to this script ends the step at once, whole process group, and also when this script is
# killed with -9. Its output goes to the file given first; on failure the end of it is shown.
step_pid=
step() {
  local log=$1; shift
  setsid setpriv --pdeathsig TERM "$@" >>"$log" 2>&1 </dev/null &
  step_pid=$!
  local status=0
  wait "$step_pid" || status=$?
  step_pid=
  return "$status"
}

may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null && sudo -v; }; }

# install_packages LOG PACKAGE...: by apt, as root or with sudo; services that come with a package do not stay on their ports.
install_packages() {
  local log=$1; shift
  [ $# -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "Missing: $*. This is not a Debian machine, so install them by its own means and start again."
  may_install || fail "Missing: $*. This account may not install packages: run \`sudo apt-get install $*\` and start again."
  local as=(); [ "$(id -u)" = 0 ] || as=(sudo -n)
  say "Installing $* ..."
  local apt=("${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=120)
  step "$log" "${apt[@]}" install --no-install-recommends "$@" ||
    { step "$log" "${apt[@]}" update && step "$log" "${apt[@]}" install --no-install-recommends "$@"; } ||
    fail "apt-get could not install $*: $(grep -E '^E:' "$log" | tail -1) (whole output: $log)"
  local service
  for service in mosquitto rabbitmq-server victoria-metrics postgresql; do
    case " $* " in *" $service "*) [ -d /run/systemd/system ] && "${as[@]}" systemctl disable --now "$service" >>"$log" 2>&1 ;; esac
  done
  return 0
}

# missing_commands COMMAND=PACKAGE...: prints the packages whose command is not there. Mosquitto lives in /usr/sbin, which an
# ordinary account does not search.
missing_commands() {
  local pair
  for pair in "$@"; do PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%=*}" >/dev/null || printf '%s\n' "${pair#*=}"; done
}

missing_icu() {
  ! PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | grep libicuuc >/dev/null || return 0
  apt-cache search --names-only '^libicu[0-9]+$' 2>/dev/null | awk '{print $1}' | sort | tail -1
}

# What the gateway asks Modbus devices with.
missing_libmodbus() {
  PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null | grep 'libmodbus\.so\.5' >/dev/null || printf '%s\n' libmodbus5
}

# The Modbus devices that the tests ask: pymodbus, on a TCP port or on a serial line made by socat.
missing_modbus_peer() {
  missing_commands socat=socat
  /usr/bin/python3 -c 'import pymodbus, serial_asyncio' 2>/dev/null || printf '%s\n' python3-pymodbus python3-serial-asyncio
}

# The server that the tests of the duty room's store start, whose programs Debian keeps off the path.
missing_postgres() { [ -n "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || command -v initdb >/dev/null || printf '%s\n' postgresql; }

# What compiles the broker's plugin.
missing_compiler() {
  missing_commands cc=gcc
  [ -e /usr/include/stdio.h ] || printf '%s\n' libc6-dev
  [ -e /usr/include/mosquitto_plugin.h ] || printf '%s\n' mosquitto-dev
  [ -e /usr/include/mosquitto.h ] || printf '%s\n' libmosquitto-dev
}

require_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0 and start again."
  dotnet --list-sdks | grep "^10\." >/dev/null || fail "The .NET 10 SDK is missing (found: $(dotnet --list-sdks | awk '{print $1}' | tr '\n' ' ')): install it from https://dotnet.microsoft.com/download/dotnet/10.0 and start again."
}

# The console's tools need Node 20.19 or newer. Debian 12 carries 18; then npm itself brings a newer one into the build folder.
node_is_new_enough() { command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)'; }
ensure_node() {
  local root=$1 log=$2 own=$1/.build/node
  [ ! -x "$own/node_modules/.bin/node" ] || PATH=$own/node_modules/.bin:$PATH
  node_is_new_enough && return 0
  local cpu
  case $(uname -m) in x86_64) cpu=x64 ;; aarch64) cpu=arm64 ;; *) fail "Node.js 20.19 or newer is missing, and npm carries none for $(uname -m)." ;; esac
  say "Installing Node.js 20 beside the system's $(node --version 2>/dev/null) ..."
  mkdir -p "$own/node_modules/.bin"
  step "$log" npm install --prefix "$own" --no-audit --no-fund --loglevel=error "node-linux-$cpu@20.19.6" ||
    fail "npm could not install Node.js 20 (whole output: $log)."
  ln -sf "../node-linux-$cpu/bin/node" "$own/node_modules/.bin/node"
  PATH=$own/node_modules/.bin:$PATH
  node_is_new_enough || fail "Node.js 20.19 or newer is missing."
}

# What the build depends on, as one number: names, sizes and times of the sources.
sources_fingerprint() {
  (cd "$1" && find src firmware-config/mosquitto Directory.*.props global.json NuGet.config -type f \
    -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/node_modules/*' -not -path '*/wwwroot/*' -not -path '*/dist/*' \
    -printf '%p %s %T@\n' 2>/dev/null | LC_ALL=C sort; dotnet --version) | sha256sum | cut -d' ' -f1
}

# Code compiled ahead starts in half the time. Not every processor's compiler can be had everywhere; without it the programs are portable.
publish() {
  local root=$1 log=$2 program=$3 ahead=()
  [ "$(uname -m)" != x86_64 ] || ahead=(-r linux-x64 --self-contained false -p:PublishReadyToRun=true -p:NuGetLockFilePath=obj/linux-x64.lock.json)
  step "$log" dotnet publish "$root/src/SmartCourtyard.$program" -c Release -o "$root/.build/$program" -v q --nologo "${ahead[@]}"
}

# build_programs ROOT LOG: publishes the three programs into ROOT/.build, unless nothing changed since the last time.
build_programs() {
  local root=$1 log=$2 now program building
  mkdir -p "$root/.build" && exec {building}>"$root/.build/lock" || fail "$root/.build cannot be written."
  step "$log" flock "$building" # another start may be building
  now=$(sources_fingerprint "$root")
  [ "$(cat "$root/.build/fingerprint" 2>/dev/null)" = "$now" ] && { exec {building}>&-; return 0; }
  rm -f "$root/.build/fingerprint"
  for program in DutyRoom Gateway Simulator; do
    say "Building SmartCourtyard.$program ..."
    rm -rf "$root/.build/$program"
    publish "$root" "$log" "$program" ||
      fail "SmartCourtyard.$program does not build: $(grep -m1 -E 'error' "$log" | cut -c1-300) (whole output: $log)"
  done
  step "$log" "$root/firmware-config/mosquitto/build" "$root/.build/Broker/custody.so" ||
    fail "The broker's plugin does not compile: $(grep -m1 -E 'error' "$log" | cut -c1-300) (whole output: $log)"
  printf '%s\n' "$now" >"$root/.build/fingerprint"
  exec {building}>&-
}
