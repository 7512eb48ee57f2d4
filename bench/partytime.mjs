// A feed as the npm package podcast-partytime (its path comes first) reads it: for each file a line of JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { parseFeed } = createRequire(import.meta.url)(process.argv[2]);

for (const path of process.argv.slice(3)) {
  console.log(JSON.stringify(parseFeed(readFileSync(path, "utf8"))));
}
