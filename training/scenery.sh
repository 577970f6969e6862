#!/usr/bin/env bash
# Fetch pictures without wounds from Debian packages: training/scenery.sh OUT PYTHON
set -euo pipefail
here=$(realpath "$(dirname "$0")")
packages=(opencv-doc plasma-workspace-wallpapers gnome-backgrounds mate-backgrounds ukui-wallpapers
  lomiri-wallpapers-16.04)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download "${packages[@]}"
for package in *.deb; do dpkg -x "$package" unpacked; done
PYTHONPATH="$here" "$2" -m wound.scenery unpacked "$1/scenery"
