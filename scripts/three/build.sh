#!/bin/sh
# Makes static/three/three.min.js: the part of three.js that the head viewer uses, in one file, from npm. Needs node.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
place="$here/../../static/three"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/entry.js" "$work/"
cd "$work"
npm init -y >/dev/null
npm install --silent three@0.187.0 esbuild@0.28.2
npx esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=eof --outfile=three.min.js
mkdir -p "$place"
cp three.min.js "$place/three.min.js"
cp node_modules/three/LICENSE "$place/LICENSE"
