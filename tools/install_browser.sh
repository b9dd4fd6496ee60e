#!/bin/sh
# Make sure that the browser tests have Chromium, a Chinese font and node.
# As root on Debian or Ubuntu they are installed; elsewhere the script says what to install.
# Debian's Chromium without windows is taken where there is one: it asks a quarter less of the
# processor for the same pages.
# With CI=true something missing is an error; without it the tests that need it are skipped.
set -u

has_shell() {
    command -v chromium-headless-shell >/dev/null 2>&1
}

has_chromium() {
    has_shell && return 0
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    [ -x "/Applications/Chromium.app/Contents/MacOS/Chromium" ] ||
        [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]
}

has_font() {
    # macOS has Chinese fonts; elsewhere fontconfig knows.
    [ "$(uname)" = Darwin ] || fc-list :lang=zh-cn family 2>/dev/null | grep -q .
}

has_node() {
    # `node --test` came with version 18.
    command -v node >/dev/null 2>&1 &&
        node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)'
}

missing() {
    packages=
    has_chromium || packages="$packages chromium"
    has_font || packages="$packages fontconfig fonts-noto-cjk"
    has_node || packages="$packages nodejs"
    echo "$packages"
}

get() {
    echo "Installing $* ..."
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

packages=$(missing)
[ -z "$packages" ] && has_shell && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq >/dev/null || echo "apt-get update failed" >&2
    if ! has_shell && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
        get chromium-headless-shell || echo "apt-get failed; any other Chromium will do" >&2
        packages=$(missing)
    fi
    # shellcheck disable=SC2086 # a list of names
    [ -z "$packages" ] || get $packages || echo "apt-get failed" >&2
    packages=$(missing)
fi
[ -z "$packages" ] && exit 0

cat >&2 <<TEXT
Missing for the tests in a browser:$packages
  Debian:  sudo apt-get install$packages
  macOS:   brew install node; brew install --cask chromium
TEXT
[ "${CI:-}" != true ] || exit 1
echo "Without them those tests are skipped." >&2
