# Sourced by the launchers beside it with $repository set: puts the path of a Node 24 into $node.
# Order: KEELSON_NODE, the toolchain of this checkout, the one that npm installed, the one on PATH.
state="${KEELSON_STATE_DIR:-$repository/.keelson}"
node="${KEELSON_NODE:-}"
if [ -z "$node" ] && [ -f "$state/toolchain.json" ]; then
  node=$(sed -n 's/.*"node"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$state/toolchain.json" | head -n 1)
fi
[ -x "$node" ] || node="$repository/node_modules/.bin/node"
[ -x "$node" ] || node=$(command -v node || true)
# Asked once: the engine starts many launchers, each below a process that has asked.
if [ "${NODE_THAT_FITS:-}" != "$node" ]; then
  major=$("$node" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if [ "$major" -lt 24 ]; then
    echo "Keelson needs Node 24 or newer, and found ${node:-none}. Run \`npm start\` once, or set KEELSON_NODE to its path." >&2
    exit 1
  fi
  export NODE_THAT_FITS="$node"
fi
# Compiled code of the programs below is kept, which halves their start.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$state/cache/compile}"
