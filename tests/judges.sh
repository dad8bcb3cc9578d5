#!/usr/bin/env bash
# Installs the outside judges of WARC, CDXJ and WACZ in an environment of their own: their pins and licences (pywb is GPL) stay out of ours.
# Usage: tests/judges.sh [FOLDER]   (default: .cache/judges; the tests look there, or where NIANBAO_JUDGES points)
set -euo pipefail
cd "$(dirname "$0")/.."
folder="${1:-${NIANBAO_JUDGES:-.cache/judges}}"
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'
"$folder/bin/python" -m pip install --quiet 'setuptools<80' 'pywb==2.10.0' 'cdxj-indexer==1.5.0' 'wacz==0.6.0' 'warctools==5.0.1' 'warcio>=1.8.1'
"$folder/bin/wayback" --version
# ReplayWeb.page (AGPL) as its makers pack it: only its two scripts are served, to a browser on loopback.
if command -v npm >/dev/null; then
  mkdir -p "$folder/replaywebpage"
  (cd "$folder/replaywebpage" && npm pack --silent replaywebpage@2.4.6 >/dev/null && tar xzf replaywebpage-2.4.6.tgz package/ui.js package/sw.js)
fi
