#!/bin/sh
# Sees to a Chromium for the browser tests: the system's, else Debian's package without a window (half of the work of
# the one with windows) or with, else Playwright's own build.
python=$1
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    echo "Installing Chromium for the browser tests …"
    $sudo apt-get update -qq
    for name in chromium-headless-shell chromium; do
        $sudo apt-get install -y -qq --no-install-recommends "$name" >/dev/null 2>&1 && exit 0
    done
fi
exec "$python" -m playwright install chromium
