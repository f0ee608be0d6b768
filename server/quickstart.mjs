/*
 * npm run quickstart [-- --images FOLDER] [-- --exit]
 *
 * From a fresh clone to a finished workflow on real images. This file and quickstart/*.mjs are plain Node
 * without packages, because they install the packages; what follows is quickstart/run.ts.
 */

const OLDEST_NODE = [20, 19];

const [major, minor] = process.versions.node.split(".").map(Number);
if (process.platform === "win32") {
  refuse("Fractal-ts runs on Linux and macOS; on Windows, run it inside WSL (https://aka.ms/wsl).");
} else if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  refuse(`This is Node ${process.versions.node}; fractal-ts needs Node ${OLDEST_NODE.join(".")} or newer.`);
} else {
  // Loaded late: an older Node would stumble over names it does not know before it could say the sentence.
  const { launch } = await import("./quickstart/launch.mjs");
  process.exitCode = await launch(process.argv.slice(2));
}

function refuse(sentence) {
  console.error(`✗ ${sentence}`);
  process.exitCode = 10;
}
